// Ends with the answer of a library in ./library, which may be a link.
int answer();
int main() { return answer(); }
