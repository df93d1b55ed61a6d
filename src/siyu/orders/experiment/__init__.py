"""Invitations by lot: who may be drawn, how many it takes, and what the draw shows."""
