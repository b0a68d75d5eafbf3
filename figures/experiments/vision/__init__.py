"""The vision experiments: images, networks, what is learned when, and how; sizes for any machine and as published."""
