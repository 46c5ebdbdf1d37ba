#pragma once
// libpq is a plain C API without variadic functions on the paths ClawKit uses: no wrappers needed.
#include <libpq-fe.h>
