/*
 * Preloaded into the runner: counts its calls on files below FAULT_ROOT, writes each call and its result to
 * FAULT_TRACE, and at call number FAULT_AT does the action FAULT_DO:
 *
 *   kill      the runner dies, as by kill -9, before the call takes place
 *   signal S  the runner is sent signal S, and the call takes place
 *   guard     the guard of its stages dies
 *   stage     every running stage dies
 *   short E   the call, if it is a write, writes half, and from then on space is refused with errno E
 *   once E    the call fails with errno E
 *   from E    the call and all later ones that need space fail with errno E
 *
 * FAULT_READS=1 counts opening for reading and reading instead of calls that change files. With FAULT_SAVE, a folder on
 * the same file system, files that a rename replaces or an unlink removes are kept there under the number of the call,
 * to simulate a power cut. Calls are made one at a time, so the trace has their real order.
 */
#define _GNU_SOURCE
#include <dirent.h>
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
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static const char *root, *save;
static char action[16];
static int trace = -1, at, reads, code, count, refusing;
static pid_t runner;
static long (*raw)(long, ...); /* the real syscall(2), because ours is counted */

__attribute__((constructor)) static void prepare(void) {
  raw = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
  root = getenv("FAULT_ROOT");
  save = getenv("FAULT_SAVE");
  reads = getenv("FAULT_READS") != NULL;
  at = getenv("FAULT_AT") ? atoi(getenv("FAULT_AT")) : 0;
  if (getenv("FAULT_DO")) sscanf(getenv("FAULT_DO"), "%15s %d", action, &code);
  const char *file = getenv("FAULT_TRACE");
  if (file) trace = raw(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  runner = getpid();
  unsetenv("LD_PRELOAD"); /* not for child processes of the runner */
}

/* Finds the path below the root; empty if it is elsewhere. */
static void locate(char *out, int folder, const char *name) {
  char base[PATH_MAX] = "", link[64];
  if (name && name[0] == '/') snprintf(out, PATH_MAX, "%s", name);
  else {
    if (folder == AT_FDCWD) snprintf(link, sizeof link, "/proc/self/cwd");
    else snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    ssize_t length = readlink(link, base, sizeof base - 1);
    if (length < 0) length = 0;
    base[length] = 0;
    if (name) { if (snprintf(out, PATH_MAX, "%s/%s", base, name) >= PATH_MAX) out[0] = 0; }
    else memcpy(out, base, (size_t)length + 1);
  }
  size_t n = root ? strlen(root) : 0;
  if (n == 0 || strncmp(out, root, n) != 0 || (out[n] != '/' && out[n] != 0)) out[0] = 0;
}

/*
 * The last words of the command line tell the guard from a stage: `sh -c ... guard`. Stages lead sessions of their own.
 */
static void kill_children(int guards) {
  DIR *processes = opendir("/proc");
  struct dirent *entry;
  while (processes && (entry = readdir(processes))) {
    int pid = atoi(entry->d_name), parent = 0, session = 0;
    char file[64], text[4096];
    if (pid <= 0) continue;
    snprintf(file, sizeof file, "/proc/%d/stat", pid);
    int fd = raw(SYS_openat, AT_FDCWD, file, O_RDONLY);
    if (fd < 0) continue;
    ssize_t length = raw(SYS_read, fd, text, sizeof text - 1);
    raw(SYS_close, fd);
    if (length <= 0) continue;
    text[length] = 0;
    char *rest = strrchr(text, ')');
    if (!rest || sscanf(rest + 2, "%*c %d %*d %d", &parent, &session) != 2) continue;
    if (parent != runner || session != pid) continue;
    snprintf(file, sizeof file, "/proc/%d/cmdline", pid);
    fd = raw(SYS_openat, AT_FDCWD, file, O_RDONLY);
    if (fd < 0) continue;
    length = raw(SYS_read, fd, text, sizeof text - 1);
    raw(SYS_close, fd);
    int guard = length >= 6 && memcmp(text + length - 6, "guard", 6) == 0;
    if (guard == guards) kill(guards ? pid : -pid, SIGKILL);
  }
  if (processes) closedir(processes);
}

/* `result`: errno, 0 for success, -1 if the runner dies before the call. */
static void note(const char *what, int result, const char *path, const char *second) {
  char line[3 * PATH_MAX];
  if (trace < 0) return;
  int length = snprintf(line, sizeof line, "%d\t%s\t%d\t%s\t%s\n", count, what, result, path, second);
  raw(SYS_write, trace, line, length);
}

enum { PASS, REFUSE, HALVE };

/* Begins a counted call and decides its fate. `needs_space` is true for calls that a full disk refuses. */
static int begin(int is_read, int needs_space, const char *what, const char *path) {
  pthread_mutex_lock(&turn);
  if (is_read != reads) return PASS;
  if (++count == at) {
    if (!strcmp(action, "kill")) {
      note(what, -1, path, "");
      kill(runner, SIGKILL);
    }
    else if (!strcmp(action, "signal")) kill(runner, code);
    else if (!strcmp(action, "guard")) kill_children(1);
    else if (!strcmp(action, "stage")) kill_children(0);
    else if (!strcmp(action, "once")) { errno = code; return REFUSE; }
    else if (!strcmp(action, "short")) { refusing = 1; return HALVE; }
    else if (!strcmp(action, "from")) refusing = 1;
  }
  if (refusing && needs_space) { errno = code; return REFUSE; }
  return PASS;
}

static void end(int is_read, const char *what, long result, const char *path, const char *second) {
  int error = errno;
  if (is_read == reads) note(what, result < 0 ? error : 0, path, second);
  pthread_mutex_unlock(&turn);
  errno = error;
}

/* Keeps a file that is about to lose its name. */
static void keep(const char *path) {
  char place[PATH_MAX];
  if (!save) return;
  snprintf(place, sizeof place, "%s/%d", save, count);
  int error = errno;
  raw(SYS_linkat, AT_FDCWD, path, AT_FDCWD, place, 0);
  errno = error;
}

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

/* A call about one path. */
#define ON_PATH(name, is_read, space, what, folder, path, call) \
  REAL(name); \
  char a[PATH_MAX]; \
  locate(a, folder, path); \
  if (!a[0]) return call; \
  int fate = begin(is_read, space, what, a); \
  __typeof__(call) result = fate == REFUSE ? -1 : call; \
  end(is_read, what, result, a, ""); \
  return result;

static int opened(int (*real)(int, const char *, int, ...), int folder, const char *path, int flags, mode_t mode) {
  char a[PATH_MAX];
  locate(a, folder, path);
  if (!a[0]) return real(folder, path, flags, mode);
  int is_read = (flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) == 0;
  int made = (flags & O_CREAT) && raw(SYS_faccessat, AT_FDCWD, a, F_OK) != 0;
  int result = begin(is_read, made, made ? "create" : "open", a) == REFUSE ? -1 : real(folder, path, flags, mode);
  end(is_read, made ? "create" : flags & O_TRUNC ? "truncate" : "open", result, a, "");
  return result;
}

typedef int (*openat_call)(int, const char *, int, ...);
#define MODE(flags) \
  mode_t mode = 0; \
  if ((flags) & (O_CREAT | O_TMPFILE)) { \
    va_list list; \
    va_start(list, flags); \
    mode = va_arg(list, mode_t); \
    va_end(list); \
  }
int openat(int folder, const char *path, int flags, ...) {
  MODE(flags);
  REAL(openat);
  return opened(real, folder, path, flags, mode);
}
int openat64(int folder, const char *path, int flags, ...) {
  MODE(flags);
  REAL(openat64);
  return opened(real, folder, path, flags, mode);
}
int open(const char *path, int flags, ...) {
  MODE(flags);
  REAL(openat);
  return opened((openat_call)real, AT_FDCWD, path, flags, mode);
}
int open64(const char *path, int flags, ...) {
  MODE(flags);
  REAL(openat);
  return opened((openat_call)real, AT_FDCWD, path, flags | O_LARGEFILE, mode);
}

#define WRITING(name, call, half) \
  REAL(name); \
  char a[PATH_MAX]; \
  locate(a, fd, NULL); \
  if (!a[0]) return call; \
  int fate = begin(0, 1, "write", a); \
  ssize_t result = fate == REFUSE ? -1 : fate == HALVE ? half : call; \
  end(0, "write", result, a, ""); \
  return result;
ssize_t write(int fd, const void *data, size_t n) { WRITING(write, real(fd, data, n), real(fd, data, n / 2)) }
ssize_t pwrite(int fd, const void *data, size_t n, off_t o) {
  WRITING(pwrite, real(fd, data, n, o), real(fd, data, n / 2, o))
}
ssize_t pwrite64(int fd, const void *data, size_t n, off64_t o) {
  WRITING(pwrite64, real(fd, data, n, o), real(fd, data, n / 2, o))
}
ssize_t writev(int fd, const struct iovec *v, int n) { WRITING(writev, real(fd, v, n), real(fd, v, n > 1 ? n / 2 : n)) }
ssize_t sendfile64(int fd, int from, off64_t *o, size_t n) {
  extern ssize_t sendfile64(int, int, off64_t *, size_t);
  WRITING(sendfile64, real(fd, from, o, n), real(fd, from, o, n / 2))
}
ssize_t sendfile(int fd, int from, off_t *o, size_t n) {
  extern ssize_t sendfile(int, int, off_t *, size_t);
  WRITING(sendfile, real(fd, from, o, n), real(fd, from, o, n / 2))
}

/* libuv copies files by this call, and makes it by number. */
static ssize_t copy_range(int from, off64_t *in, int fd, off64_t *out, size_t n, unsigned flags) {
  return raw(SYS_copy_file_range, from, in, fd, out, n, flags);
}
static ssize_t copying(int from, off64_t *in, int fd, off64_t *out, size_t n, unsigned flags) {
  char a[PATH_MAX];
  locate(a, fd, NULL);
  if (!a[0]) return copy_range(from, in, fd, out, n, flags);
  int fate = begin(0, 1, "write", a);
  ssize_t result = fate == REFUSE ? -1 : copy_range(from, in, fd, out, fate == HALVE ? n / 2 : n, flags);
  end(0, "write", result, a, "");
  return result;
}
long syscall(long number, ...) {
  long v[6];
  va_list list;
  va_start(list, number);
  for (int i = 0; i < 6; i++) v[i] = va_arg(list, long);
  va_end(list);
  if (number == SYS_copy_file_range) return copying(v[0], (off64_t *)v[1], v[2], (off64_t *)v[3], v[4], v[5]);
  return raw ? raw(number, v[0], v[1], v[2], v[3], v[4], v[5]) : -1;
}

ssize_t read(int fd, void *data, size_t n) { ON_PATH(read, 1, 0, "read", fd, NULL, real(fd, data, n)) }
ssize_t pread(int fd, void *data, size_t n, off_t o) { ON_PATH(pread, 1, 0, "read", fd, NULL, real(fd, data, n, o)) }
ssize_t pread64(int fd, void *data, size_t n, off64_t o) {
  ON_PATH(pread64, 1, 0, "read", fd, NULL, real(fd, data, n, o))
}

int fsync(int fd) { ON_PATH(fsync, 0, 1, "fsync", fd, NULL, real(fd)) }
int fdatasync(int fd) { ON_PATH(fdatasync, 0, 1, "fsync", fd, NULL, real(fd)) }
int ftruncate64(int fd, off64_t n) { ON_PATH(ftruncate64, 0, 0, "truncate", fd, NULL, real(fd, n)) }
int fchmod(int fd, mode_t mode) { ON_PATH(fchmod, 0, 0, "chmod", fd, NULL, real(fd, mode)) }
int chmod(const char *path, mode_t mode) { ON_PATH(chmod, 0, 0, "chmod", AT_FDCWD, path, real(path, mode)) }
int mkdir(const char *path, mode_t mode) { ON_PATH(mkdir, 0, 1, "mkdir", AT_FDCWD, path, real(path, mode)) }
int symlink(const char *to, const char *path) { ON_PATH(symlink, 0, 1, "symlink", AT_FDCWD, path, real(to, path)) }
int rmdir(const char *path) { ON_PATH(rmdir, 0, 0, "rmdir", AT_FDCWD, path, real(path)) }

#define REMOVING(name, folder, path, call) \
  REAL(name); \
  char a[PATH_MAX]; \
  locate(a, folder, path); \
  if (!a[0]) return call; \
  int fate = begin(0, 0, "unlink", a); \
  if (fate != REFUSE) keep(a); \
  int result = fate == REFUSE ? -1 : call; \
  end(0, "unlink", result, a, ""); \
  return result;
int unlink(const char *path) { REMOVING(unlink, AT_FDCWD, path, real(path)) }
int unlinkat(int folder, const char *path, int flags) { REMOVING(unlinkat, folder, path, real(folder, path, flags)) }
int remove(const char *path) { REMOVING(remove, AT_FDCWD, path, real(path)) }

int rename(const char *from, const char *to) {
  REAL(rename);
  char a[PATH_MAX], b[PATH_MAX];
  locate(a, AT_FDCWD, from);
  locate(b, AT_FDCWD, to);
  if (!a[0] && !b[0]) return real(from, to);
  int fate = begin(0, 0, "rename", a);
  if (fate != REFUSE) keep(b);
  int result = fate == REFUSE ? -1 : real(from, to);
  end(0, "rename", result, a, b);
  return result;
}
