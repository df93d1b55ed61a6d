"""Whether this machine and this project are fit for work: project folders made and kept, everything looked over."""
