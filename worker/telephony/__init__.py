"""The room of the switch: the FreeSWITCH event socket, and a simulated switch that speaks it too."""
