"""What authors of plugins and of embedding applications test with."""
