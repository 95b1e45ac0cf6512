// A name that is unique in its file, for the declarations in the macros of the other headers.
#pragma once

#define CLOISTER_CONCATENATE_(a, b) a##b
#define CLOISTER_UNIQUE_(a, number) CLOISTER_CONCATENATE_(a, number)
