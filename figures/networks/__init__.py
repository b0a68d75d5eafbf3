"""Scripts that train the small networks which ship with `fire_ref`."""
