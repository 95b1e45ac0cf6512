// A library that lies where only its path, given when the program was linked, finds it.
int answer() { return 7; }
