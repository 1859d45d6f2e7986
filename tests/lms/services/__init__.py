"""The platform's services to the tool, with the media types, reason phrases and bodies of the recordings."""
