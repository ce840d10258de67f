/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what a person who waits sees of a turn of the loop, and when. */
#include "cli/progress.h"

#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/log.h"
#include "base/path.h"
#include "report/text.h"

#define TICK_NS    UINT64_C(100000000)
#define MOMENT_NS  UINT64_C(300000000) /* what is over by then is not shown */
#define SMOOTH_S   3.0                 /* a rate is about so many seconds long */
#define SAMPLE_NS  UINT64_C(250000000)
#define LARGE_FILE (1u << 20)
#define PATH_MIN   12u
#define NS_PER_S   UINT64_C(1000000000)

struct progress {
    FILE *err;
    bool active, colour, shown, ticking, stop;
    uint64_t begin; /* clock_ticks of the phase */
    struct progress_rate rate;
    struct progress_view view;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t ticker;
};

/* --- the line ------------------------------------------------------------------------------- */

/* 42 as "0:42", 3723 as "1:02:03". */
static void add_time(struct buf *out, uint64_t seconds)
{
    uint64_t hours = seconds / 3600, minutes = seconds / 60 % 60;
    if (hours)
        buf_addf(out, "%llu:%02u:%02u", (unsigned long long)hours, (unsigned)minutes,
                 (unsigned)(seconds % 60));
    else
        buf_addf(out, "%u:%02u", (unsigned)minutes, (unsigned)(seconds % 60));
}

static void add_counted(struct buf *out, uint64_t n, const char *one, const char *many)
{
    text_count(out, n);
    buf_addz(out, n == 1 ? one : many);
}

static void part_files(struct buf *out, const struct progress_view *v)
{
    if (v->phase) {
        buf_addz(out, v->phase);
        return;
    }
    if (v->expected > v->files) {
        text_count(out, v->files);
        buf_addz(out, " of ");
        add_counted(out, v->expected, " file", " files");
    } else {
        add_counted(out, v->files, " file", " files");
    }
}

/* Many small files are counted, few large ones measured. */
static void part_rate(struct buf *out, const struct progress_view *v)
{
    if (v->phase || !v->files_per_s)
        return;
    if (v->bytes_per_s / v->files_per_s >= LARGE_FILE) {
        text_bytes(out, v->bytes_per_s);
        buf_addz(out, "/s");
    } else {
        add_counted(out, v->files_per_s, " file/s", " files/s");
    }
}

static void part_bytes(struct buf *out, const struct progress_view *v)
{
    if (!v->phase)
        text_bytes(out, v->bytes);
}

static void part_assets(struct buf *out, const struct progress_view *v)
{
    if (v->assets)
        add_counted(out, v->assets, " asset", " assets");
}

static void part_findings(struct buf *out, const struct progress_view *v)
{
    if (v->findings)
        add_counted(out, v->findings, " finding", " findings");
}

static void part_time(struct buf *out, const struct progress_view *v)
{
    if (v->phase) {
        add_time(out, v->seconds);
    } else if (v->expected > v->files && v->files_per_s) {
        add_time(out, (v->expected - v->files) / v->files_per_s);
        buf_addz(out, " left");
    }
}

/* In the order of the line; `rank` is the order in which they are let in. */
static const struct {
    void (*add)(struct buf *out, const struct progress_view *v);
    int rank;
} PARTS[] = {
    {part_files, 0},  {part_bytes, 3},    {part_rate, 5},
    {part_assets, 2}, {part_findings, 1}, {part_time, 4},
};

void progress_line(struct buf *out, const struct progress_view *v, size_t width, bool colour)
{
    struct buf texts[ARRAY_LEN(PARTS)];
    bool in[ARRAY_LEN(PARTS)] = {false};
    size_t used = 0;
    for (size_t i = 0; i < ARRAY_LEN(PARTS); i++) {
        texts[i] = (struct buf)BUF_INIT;
        PARTS[i].add(&texts[i], v);
    }
    for (int rank = 0; rank < (int)ARRAY_LEN(PARTS); rank++)
        for (size_t i = 0; i < ARRAY_LEN(PARTS); i++) {
            size_t gap = used ? 2 : 0;
            if (PARTS[i].rank != rank || !texts[i].n || used + gap + texts[i].n > width)
                continue;
            in[i] = true;
            used += gap + texts[i].n;
        }
    bool any = false;
    for (size_t i = 0; i < ARRAY_LEN(PARTS); i++) {
        if (in[i]) {
            buf_addz(out, any ? "  " : "");
            buf_add(out, buf_str(&texts[i]));
            any = true;
        }
        buf_done(&texts[i]);
    }
    if (!v->path.n || used + 2 + PATH_MIN > width)
        return;
    AUTO(buf) path = BUF_INIT;
    buf_addz(out, "  ");
    text_tone(out, colour, TONE_DIM);
    path_show(&path, v->path);
    text_fit(out, buf_str(&path), width - used - 2, FIT_END_KEPT);
    text_plain(out, colour);
}

void progress_rate_add(struct progress_rate *r, uint64_t now_ns, uint64_t files, uint64_t bytes)
{
    double seconds = (double)(now_ns - r->at) / 1e9;
    if (r->at && now_ns - r->at < SAMPLE_NS)
        return;
    if (r->at && files >= r->files && bytes >= r->bytes) {
        double f = (double)(files - r->files) / seconds, b = (double)(bytes - r->bytes) / seconds;
        double weight = r->known ? MIN(seconds / SMOOTH_S, 1.0) : 1.0;
        r->files_per_s += weight * (f - r->files_per_s);
        r->bytes_per_s += weight * (b - r->bytes_per_s);
        r->known = true;
    }
    r->at = now_ns;
    r->files = files;
    r->bytes = bytes;
}

/* --- on the terminal ------------------------------------------------------------------------ */

static size_t columns(FILE *err)
{
    struct winsize w;
    if (!ioctl(fileno(err), TIOCGWINSZ, &w) && w.ws_col)
        return w.ws_col;
    return 80;
}

/* Under the lock, once the ticker runs. */
static void draw(struct progress *p)
{
    AUTO(buf) line = BUF_INIT;
    buf_addz(&line, "\r\033[K");
    progress_line(&line, &p->view, columns(p->err) - 1, p->colour);
    if (buf_result(&line))
        return;
    fputs(line.p, p->err);
    fflush(p->err);
    p->shown = true;
}

static void clear(struct progress *p)
{
    if (p->shown)
        fputs("\r\033[K", p->err);
    fflush(p->err);
    p->shown = false;
}

static void on_discovery(void *ctx, const struct discover_progress *now)
{
    struct progress *p = ctx;
    uint64_t ticks = clock_ticks();
    progress_rate_add(&p->rate, ticks, now->files, now->bytes);
    if (ticks - p->begin < MOMENT_NS)
        return;
    p->view = (struct progress_view){.files = now->files,
                                     .bytes = now->bytes,
                                     .assets = now->assets,
                                     .expected = now->expected,
                                     .files_per_s = (uint64_t)p->rate.files_per_s,
                                     .bytes_per_s = (uint64_t)p->rate.bytes_per_s,
                                     .path = now->path};
    draw(p);
}

static void *tick(void *arg)
{
    struct progress *p = arg;
    pthread_mutex_lock(&p->lock);
    while (!p->stop) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += (long)TICK_NS;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&p->changed, &p->lock, &until);
        uint64_t spent = clock_ticks() - p->begin;
        p->view.seconds = spent / NS_PER_S;
        if (!p->stop && spent >= MOMENT_NS)
            draw(p);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

/* Signals are for the thread that works. */
static void start_ticker(struct progress *p)
{
    sigset_t all, before;
    sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before))
        return;
    p->ticking = !pthread_create(&p->ticker, NULL, tick, p);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void on_phase(void *ctx, const struct loop_progress *now)
{
    static const char *const words[] = {
        [LOOP_DISCOVER] = "reading", [LOOP_LINK] = "linking", [LOOP_STORE] = "writing",
        [LOOP_ASSESS] = "assessing", [LOOP_RANK] = "ranking", [LOOP_COMMIT] = "saving"};
    struct progress *p = ctx;
    pthread_mutex_lock(&p->lock);
    p->begin = clock_ticks();
    p->view = (struct progress_view){.phase = words[now->phase],
                                     .assets = now->assets ? now->assets : p->view.assets,
                                     .findings = now->findings};
    pthread_mutex_unlock(&p->lock);
    if (!p->ticking)
        start_ticker(p);
}

/* --- begin and end -------------------------------------------------------------------------- */

/* The line can be written over, and nobody writes between. */
static bool is_watched(FILE *err)
{
    const char *term = getenv("TERM");
    int fd = fileno(err);
    return fd >= 0 && isatty(fd) && term && *term && !str_eq_z(str_z(term), "dumb") &&
           log_get_level() < LOG_DEBUG;
}

void progress_begin(struct invocation *in, struct loop_options *o)
{
    const char *no_colour = getenv("NO_COLOR");
    pthread_condattr_t monotonic;
    if (!is_watched(in->err))
        return;
    if (!in->progress) /* one for all turns of a watch */
        in->progress = arena_new(in->arena, struct progress);
    struct progress *p = in->progress;
    if (!p)
        return;
    *p = (struct progress){.err = in->err,
                           .active = true,
                           .colour = !no_colour || !*no_colour,
                           .begin = clock_ticks()};
    pthread_mutex_init(&p->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&p->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    o->discover.progress = on_discovery;
    o->discover.progress_ctx = p;
    o->progress = on_phase;
    o->progress_ctx = p;
}

void progress_end(struct invocation *in)
{
    struct progress *p = in->progress;
    if (!p || !p->active)
        return;
    if (p->ticking) {
        pthread_mutex_lock(&p->lock);
        p->stop = true;
        pthread_cond_signal(&p->changed);
        pthread_mutex_unlock(&p->lock);
        pthread_join(p->ticker, NULL);
    }
    clear(p);
    pthread_cond_destroy(&p->changed);
    pthread_mutex_destroy(&p->lock);
    p->active = false;
}
