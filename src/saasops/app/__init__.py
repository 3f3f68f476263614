"""The shell: one `SaasOps`, and a handle for each context. Every command is one transaction."""
