"""Planted flaws, one module an area. `flaws.py` collects them."""
