"""Invitations at random: who may be drawn, how many it takes, and what the draw shows."""
