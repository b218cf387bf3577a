"""Who comes in over HTTP, and how much: authentication, limits, headers, and problems told alike."""
