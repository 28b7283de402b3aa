"""What `perpetuo bench` is made of: an upstream that answers at once, a load generator, nginx and gateways as
processes of their own, and their CPU time and memory from /proc. Loopback only; docs/performance.md has the method.
"""
