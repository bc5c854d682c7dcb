/* Stands between a process and the C library, and counts the calls that change files below one
 * folder. At the one that is asked for, the process dies as by `kill -9`, stops, or finds the disk
 * full from there on. Python, SQLite, Arrow and Rust all change files by these calls, so no step
 * has to be listed anywhere.
 *
 * Loaded by LD_PRELOAD; does nothing until `arm` is called.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum mode { OFF, TRACE, KILL, TEAR, FULL, STOP };
enum outcome { GO_ON, REFUSE, HALF };

static enum mode mode = OFF;
static long wanted = 0, counted = 0;
static char folder[PATH_MAX] = "";
static size_t folder_length = 0;
static int trace = -1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define NEXT(result, name, ...)                                  \
    static result (*next)(__VA_ARGS__) = NULL;                   \
    if (!next) next = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static ssize_t plain_write(int fd, const void *bytes, size_t size) {
    NEXT(ssize_t, "write", int, const void *, size_t);
    return next(fd, bytes, size);
}

/* Begins to count calls below `home`; what happens at call number `at` is `how`. A trace of them is
 * written to the descriptor `to`. */
void arm(const char *home, int how, long at, int to) {
    folder_length = strlen(home);
    strncpy(folder, home, sizeof folder - 1);
    wanted = at, counted = 0, trace = to, mode = (enum mode)how;
}

void disarm(void) { mode = OFF; }

long calls_counted(void) { return counted; }

static int is_below(const char *path) {
    return strncmp(path, folder, folder_length) == 0 &&
           (path[folder_length] == '/' || path[folder_length] == 0);
}

static const char *path_at(int at, const char *path, char *whole) {
    char link[64];
    ssize_t size;
    if (path[0] == '/') return path;
    if (at == AT_FDCWD) {
        if (!getcwd(whole, PATH_MAX)) return "";
        size = (ssize_t)strlen(whole);
    } else {
        snprintf(link, sizeof link, "/proc/self/fd/%d", at);
        size = readlink(link, whole, PATH_MAX - 1);
        if (size < 0) return "";
    }
    snprintf(whole + size, PATH_MAX - (size_t)size, "/%s", path);
    return whole;
}

static const char *path_of(int fd, char *whole) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, whole, PATH_MAX - 1);
    if (size < 0) return "";
    whole[size] = 0;
    return whole;
}

/* What becomes of a call that is about to change `path`; `grows` where it takes room on the disk. */
static enum outcome about_to(const char *call, const char *path, int grows, int is_write) {
    if (mode == OFF || !is_below(path)) return GO_ON;
    pthread_mutex_lock(&lock);
    long number = ++counted;
    if (trace >= 0) {
        char line[PATH_MAX + 64];
        int size = snprintf(line, sizeof line, "%ld\t%s\t%s\n", number, call, path + folder_length);
        plain_write(trace, line, (size_t)size);
    }
    if (mode == KILL && number == wanted) kill(getpid(), SIGKILL);
    if (mode == STOP && number == wanted) raise(SIGSTOP);
    enum outcome found = GO_ON;
    if (mode == TEAR && number == wanted) {
        if (is_write) found = HALF;
        else kill(getpid(), SIGKILL);
    }
    if (mode == FULL && number >= wanted && grows) found = REFUSE;
    pthread_mutex_unlock(&lock);
    return found;
}

#define REFUSED (errno = ENOSPC, -1)

static int opening(const char *path, int flags) {
    int makes = (flags & O_CREAT) && access(path, F_OK) != 0;
    if (!makes && !(flags & O_TRUNC)) return GO_ON;
    int before = errno;
    enum outcome found = about_to(makes ? "create" : "empty", path, makes, 0);
    errno = before;
    return found;
}

static mode_t mode_in(int flags, va_list *given) {
    return flags & (O_CREAT | __O_TMPFILE) ? va_arg(*given, mode_t) : 0;
}

#define OPEN(name)                                                    \
    int name(const char *path, int flags, ...) {                      \
        NEXT(int, #name, const char *, int, ...);                     \
        char whole[PATH_MAX];                                         \
        va_list given;                                                \
        va_start(given, flags);                                       \
        mode_t rights = mode_in(flags, &given);                       \
        va_end(given);                                                \
        if (opening(path_at(AT_FDCWD, path, whole), flags) == REFUSE) \
            return REFUSED;                                           \
        return next(path, flags, rights);                             \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                  \
    int name(int at, const char *path, int flags, ...) {              \
        NEXT(int, #name, int, const char *, int, ...);                \
        char whole[PATH_MAX];                                         \
        va_list given;                                                \
        va_start(given, flags);                                       \
        mode_t rights = mode_in(flags, &given);                       \
        va_end(given);                                                \
        if (opening(path_at(at, path, whole), flags) == REFUSE)       \
            return REFUSED;                                           \
        return next(at, path, flags, rights);                         \
    }
OPENAT(openat)
OPENAT(openat64)

/* A write of `size` bytes at `at` (-1: where the descriptor stands). On a full disk what a file has
 * already can be written over. */
static enum outcome writing(int fd, size_t size, off_t at) {
    char whole[PATH_MAX];
    struct stat found;
    if (mode == OFF) return GO_ON;
    if (at < 0) at = lseek(fd, 0, SEEK_CUR);
    int grows = fstat(fd, &found) != 0 || at + (off_t)size > found.st_size;
    return about_to("write", path_of(fd, whole), grows, 1);
}

ssize_t write(int fd, const void *bytes, size_t size) {
    enum outcome found = writing(fd, size, -1);
    if (found == REFUSE) return REFUSED;
    if (found == HALF) {
        plain_write(fd, bytes, size / 2);
        kill(getpid(), SIGKILL);
    }
    return plain_write(fd, bytes, size);
}

#define PWRITE(name, offset_type)                                       \
    ssize_t name(int fd, const void *bytes, size_t size, offset_type at) { \
        NEXT(ssize_t, #name, int, const void *, size_t, offset_type);   \
        enum outcome found = writing(fd, size, (off_t)at);              \
        if (found == REFUSE) return REFUSED;                            \
        if (found == HALF) {                                            \
            next(fd, bytes, size / 2, at);                              \
            kill(getpid(), SIGKILL);                                    \
        }                                                               \
        return next(fd, bytes, size, at);                               \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

static size_t size_of(const struct iovec *parts, int count) {
    size_t size = 0;
    for (int part = 0; part < count; part++) size += parts[part].iov_len;
    return size;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    NEXT(ssize_t, "writev", int, const struct iovec *, int);
    enum outcome found = writing(fd, size_of(parts, count), -1);
    if (found == REFUSE) return REFUSED;
    if (found == HALF) {
        plain_write(fd, parts[0].iov_base, parts[0].iov_len / 2);
        kill(getpid(), SIGKILL);
    }
    return next(fd, parts, count);
}

ssize_t sendfile(int to, int from, off_t *offset, size_t size) {
    NEXT(ssize_t, "sendfile", int, int, off_t *, size_t);
    enum outcome found = writing(to, size, -1);
    if (found == REFUSE) return REFUSED;
    if (found == HALF) {
        next(to, from, offset, size / 2);
        kill(getpid(), SIGKILL);
    }
    return next(to, from, offset, size);
}

ssize_t sendfile64(int to, int from, off64_t *offset, size_t size) {
    return sendfile(to, from, (off_t *)offset, size);
}

ssize_t copy_file_range(int from, off64_t *at, int to, off64_t *into, size_t size, unsigned flags) {
    NEXT(ssize_t, "copy_file_range", int, off64_t *, int, off64_t *, size_t, unsigned);
    enum outcome found = writing(to, size, -1);
    if (found == REFUSE) return REFUSED;
    if (found == HALF) {
        next(from, at, to, into, size / 2, flags);
        kill(getpid(), SIGKILL);
    }
    return next(from, at, to, into, size, flags);
}

/* Changes by path: what becomes of `call` where its path lies at `at`. */
#define BY_PATH(call, at, path, grows)                                              \
    char whole[PATH_MAX];                                                           \
    if (mode != OFF && about_to(call, path_at(at, path, whole), grows, 0) == REFUSE) \
        return REFUSED

int rename(const char *from, const char *to) {
    NEXT(int, "rename", const char *, const char *);
    BY_PATH("rename", AT_FDCWD, to, 0);
    return next(from, to);
}

int renameat(int a, const char *from, int b, const char *to) {
    NEXT(int, "renameat", int, const char *, int, const char *);
    BY_PATH("rename", b, to, 0);
    return next(a, from, b, to);
}

int renameat2(int a, const char *from, int b, const char *to, unsigned flags) {
    NEXT(int, "renameat2", int, const char *, int, const char *, unsigned);
    BY_PATH("rename", b, to, 0);
    return next(a, from, b, to, flags);
}

int link(const char *from, const char *to) {
    NEXT(int, "link", const char *, const char *);
    BY_PATH("link", AT_FDCWD, to, 1);
    return next(from, to);
}

int symlink(const char *from, const char *to) {
    NEXT(int, "symlink", const char *, const char *);
    BY_PATH("link", AT_FDCWD, to, 1);
    return next(from, to);
}

int unlink(const char *path) {
    NEXT(int, "unlink", const char *);
    BY_PATH("remove", AT_FDCWD, path, 0);
    return next(path);
}

int unlinkat(int at, const char *path, int flags) {
    NEXT(int, "unlinkat", int, const char *, int);
    BY_PATH("remove", at, path, 0);
    return next(at, path, flags);
}

int rmdir(const char *path) {
    NEXT(int, "rmdir", const char *);
    BY_PATH("remove", AT_FDCWD, path, 0);
    return next(path);
}

int mkdir(const char *path, mode_t rights) {
    NEXT(int, "mkdir", const char *, mode_t);
    BY_PATH("make folder", AT_FDCWD, path, 1);
    return next(path, rights);
}

int mkdirat(int at, const char *path, mode_t rights) {
    NEXT(int, "mkdirat", int, const char *, mode_t);
    BY_PATH("make folder", at, path, 1);
    return next(at, path, rights);
}

int chmod(const char *path, mode_t rights) {
    NEXT(int, "chmod", const char *, mode_t);
    BY_PATH("set rights", AT_FDCWD, path, 0);
    return next(path, rights);
}

int utimensat(int at, const char *path, const struct timespec times[2], int flags) {
    NEXT(int, "utimensat", int, const char *, const struct timespec *, int);
    BY_PATH("set time", at, path, 0);
    return next(at, path, times, flags);
}

#define CUT(name, offset_type)                                         \
    int name(int fd, offset_type size) {                               \
        NEXT(int, #name, int, offset_type);                            \
        char whole[PATH_MAX];                                          \
        if (mode != OFF) about_to("cut", path_of(fd, whole), 0, 0);    \
        return next(fd, size);                                         \
    }
CUT(ftruncate, off_t)
CUT(ftruncate64, off64_t)
