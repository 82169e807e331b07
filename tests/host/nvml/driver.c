/* A stand-in for NVIDIA's driver library: libnvidia-ml.so.1 with the ABI of nvml.h, for a machine that a script describes.
 *
 * As recorded trees of /proc and /sys stand for other machines, this stands for their driver: the code under test loads
 * it by its own way, through nvidia-ml-py. The script (environment variable NVML_SCRIPT) is read anew at each call, so
 * that a test can change the machine while it is being read. Its lines are `KEY VALUE...`; keys of a GPU begin with its
 * number ("0.power"), those of a partition with both numbers ("0/1.memory"). A value `!CODE` makes the call answer that
 * nvmlReturn_t, `hang` keeps it from returning for as long as the line is there, and a key that is missing answers
 * "not supported". NVML_CALLS names a file to which each key that is asked for is appended.
 *
 * Compiled with OLD_DRIVER it lacks the calls that drivers before 510 lack. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SUCCESS = 0, NOT_SUPPORTED = 3, NOT_FOUND = 6, INSUFFICIENT_SIZE = 7, TIMEOUT = 10 };
enum { KEY = 64, LINE = 4096, GPUS = 16, PLACES = 8, NONE = 0xFFFFFFFFu };

typedef unsigned int uint;
typedef unsigned long long ull;
typedef struct { char prefix[16]; } device;

static device gpus[GPUS], places[GPUS][PLACES];

/* The value of a key, without the blank before it; NULL when the script has none. `turn` counts lines of that key. */
static const char *value_of(const char *key, int turn, char line[LINE]) {
    FILE *script = fopen(getenv("NVML_SCRIPT"), "r");
    const char *found = NULL;
    size_t length = strlen(key);
    while (script && !found && fgets(line, LINE, script)) {
        line[strcspn(line, "\n")] = 0;
        if (!strncmp(line, key, length) && (line[length] == ' ' || !line[length]) && turn-- == 0)
            found = line + length + (line[length] == ' ');
    }
    if (script) fclose(script);
    return found;
}

static void log_call(const char *key) {
    const char *path = getenv("NVML_CALLS");
    FILE *calls = path ? fopen(path, "a") : NULL;
    if (calls) { fprintf(calls, "%s\n", key); fclose(calls); }
}

/* Looks a key of a device up: its text in `line`, and what the call has to answer. */
static int look(const device *of, const char *name, char line[LINE], const char **text) {
    char key[KEY];
    snprintf(key, sizeof key, "%s%s", of ? of->prefix : "", name);
    log_call(key);
    while ((*text = value_of(key, 0, line)) && !strcmp(*text, "hang")) usleep(10000);
    if (!*text) return NOT_SUPPORTED;
    return **text == '!' ? atoi(*text + 1) : SUCCESS;
}

static int numbers(const device *of, const char *name, ull *out, int count) {
    char line[LINE];
    const char *text;
    int code = look(of, name, line, &text);
    for (int i = 0; code == SUCCESS && i < count; i++) {
        char *end;
        out[i] = strtoull(text, &end, 10);
        text = end;
    }
    return code;
}

static int one(const device *of, const char *name, uint *out) {
    ull number;
    int code = numbers(of, name, &number, 1);
    if (code == SUCCESS) *out = (uint)number;
    return code;
}

static int numbered(const device *of, const char *name, uint number, uint *out) {
    char key[KEY];
    snprintf(key, sizeof key, "%s.%u", name, number);
    return one(of, key, out);
}

static int words(const device *of, const char *name, char *out, uint size) {
    char line[LINE];
    const char *text;
    int code = look(of, name, line, &text);
    if (code == SUCCESS) snprintf(out, size, "%s", text);
    return code;
}

int nvmlInitWithFlags(uint flags) {
    uint ready = 0;
    (void)flags;
    int code = one(NULL, "init", &ready);
    return code == NOT_SUPPORTED ? SUCCESS : code;
}
int nvmlShutdown(void) { return SUCCESS; }
int nvmlSystemGetDriverVersion(char *out, uint size) { return words(NULL, "driver", out, size); }
int nvmlDeviceGetCount_v2(uint *count) { return one(NULL, "gpus", count); }

int nvmlDeviceGetHandleByIndex_v2(uint index, device **out) {
    uint count = 0;
    one(NULL, "gpus", &count);
    if (index >= count || index >= GPUS) return NOT_FOUND;
    *out = &gpus[index];
    snprintf(gpus[index].prefix, sizeof gpus[index].prefix, "%u.", index);
    return SUCCESS;
}

int nvmlDeviceGetUUID(device *of, char *out, uint size) { return words(of, "uuid", out, size); }
int nvmlDeviceGetName(device *of, char *out, uint size) { return words(of, "name", out, size); }
int nvmlDeviceGetTemperature(device *of, int sensor, uint *out) { (void)sensor; return one(of, "temperature", out); }
int nvmlDeviceGetTemperatureThreshold(device *of, int kind, uint *out) { return numbered(of, "threshold", kind, out); }
int nvmlDeviceGetPowerUsage(device *of, uint *out) { return one(of, "power", out); }
int nvmlDeviceGetEnforcedPowerLimit(device *of, uint *out) { return one(of, "power_limit", out); }
int nvmlDeviceGetClockInfo(device *of, int kind, uint *out) { return numbered(of, "clock", kind, out); }
int nvmlDeviceGetMaxClockInfo(device *of, int kind, uint *out) { return numbered(of, "max_clock", kind, out); }
int nvmlDeviceGetPerformanceState(device *of, uint *out) { return one(of, "pstate", out); }
int nvmlDeviceGetFanSpeed(device *of, uint *out) { return one(of, "fan", out); }
int nvmlDeviceGetCurrPcieLinkGeneration(device *of, uint *out) { return one(of, "pcie_generation", out); }
int nvmlDeviceGetCurrPcieLinkWidth(device *of, uint *out) { return one(of, "pcie_width", out); }
int nvmlDeviceGetPcieThroughput(device *of, int way, uint *out) { return numbered(of, "pcie_throughput", way, out); }
int nvmlDeviceGetNvLinkState(device *of, uint link, uint *out) { return numbered(of, "nvlink", link, out); }
#ifndef OLD_DRIVER
int nvmlDeviceGetCurrentClocksEventReasons(device *of, ull *out) { return numbers(of, "throttle", out, 1); }
#endif
int nvmlDeviceGetCurrentClocksThrottleReasons(device *of, ull *out) { return numbers(of, "old_throttle", out, 1); }

int nvmlDeviceGetUtilizationRates(device *of, uint *out) {
    ull rates[2];
    int code = numbers(of, "utilization", rates, 2);
    if (code == SUCCESS) { out[0] = (uint)rates[0]; out[1] = (uint)rates[1]; }
    return code;
}

static int engine(device *of, const char *name, uint *percent, uint *period) {
    *period = 100000;
    return one(of, name, percent);
}
int nvmlDeviceGetEncoderUtilization(device *of, uint *out, uint *period) { return engine(of, "encoder", out, period); }
int nvmlDeviceGetDecoderUtilization(device *of, uint *out, uint *period) { return engine(of, "decoder", out, period); }
int nvmlDeviceGetJpgUtilization(device *of, uint *out, uint *period) { return engine(of, "jpeg", out, period); }
int nvmlDeviceGetOfaUtilization(device *of, uint *out, uint *period) { return engine(of, "ofa", out, period); }

/* Script: total and used. */
int nvmlDeviceGetMemoryInfo(device *of, ull out[3]) {
    ull memory[2];
    int code = numbers(of, "memory", memory, 2);
    if (code == SUCCESS) { out[0] = memory[0]; out[1] = memory[0] - memory[1]; out[2] = memory[1]; }
    return code;
}
#ifndef OLD_DRIVER
struct memory_v2 { uint version; ull total, reserved, available, used; };
int nvmlDeviceGetMemoryInfo_v2(device *of, struct memory_v2 *out) {
    ull memory[2];
    int code = numbers(of, "memory", memory, 2);
    if (code == SUCCESS) { out->total = memory[0]; out->used = memory[1]; }
    return code;
}

#endif

struct field { uint id, scope; long long timestamp, latency; uint type, code; ull value; };
int nvmlDeviceGetFieldValues(device *of, int count, struct field *fields) {
    uint refused = 0;
    int code = one(of, "fields", &refused);
    if (code != SUCCESS && code != NOT_SUPPORTED) return code;
    for (int i = 0; i < count; i++) {
        char name[KEY];
        snprintf(name, sizeof name, "field.%u", fields[i].id);
        fields[i].type = 3; /* unsigned long long */
        fields[i].code = numbers(of, name, &fields[i].value, 1);
    }
    return SUCCESS;
}

int nvmlDeviceGetMigMode(device *of, uint *current, uint *pending) {
    int code = one(of, "mig", current);
    *pending = *current;
    return code;
}
int nvmlDeviceGetMaxMigDeviceCount(device *of, uint *count) { (void)of; *count = PLACES - 1; return SUCCESS; }
int nvmlDeviceGetMigDeviceHandleByIndex(device *of, uint place, device **out) {
    device *mig = &places[of - gpus][place];
    char line[LINE];
    const char *text;
    snprintf(mig->prefix, sizeof mig->prefix, "%u/%u.", (uint)(of - gpus), place);
    int code = look(mig, "uuid", line, &text);
    if (code == NOT_SUPPORTED) return NOT_FOUND;
    *out = mig;
    return code;
}
int nvmlDeviceGetGpuInstanceId(device *of, uint *out) { return one(of, "gpu_instance", out); }
int nvmlDeviceGetComputeInstanceId(device *of, uint *out) { return one(of, "compute_instance", out); }

/* Script: PID:BYTES[:GPU_INSTANCE:COMPUTE_INSTANCE] for each, BYTES - where they are not told. */
struct process { uint pid; ull memory; uint gpu_instance, compute_instance; };
static int processes(device *of, const char *name, uint *count, struct process *out) {
    char line[LINE], *rest = NULL;
    const char *text;
    uint found = 0, room = *count;
    int code = look(of, name, line, &text);
    if (code != SUCCESS) return code;
    for (char *word = strtok_r((char *)text, " ", &rest); word; word = strtok_r(NULL, " ", &rest), found++) {
        struct process one = {.gpu_instance = NONE, .compute_instance = NONE};
        if (sscanf(word, "%u:%llu:%u:%u", &one.pid, &one.memory, &one.gpu_instance, &one.compute_instance) < 2)
            one.memory = ~0ull;
        if (out && found < room) out[found] = one;
    }
    *count = found;
    return found > (out ? room : 0) ? INSUFFICIENT_SIZE : SUCCESS;
}
#ifdef OLD_DRIVER /* before 510; the rows are those of the third version */
#define nvmlDeviceGetComputeRunningProcesses_v3 nvmlDeviceGetComputeRunningProcesses_v2
#define nvmlDeviceGetGraphicsRunningProcesses_v3 nvmlDeviceGetGraphicsRunningProcesses_v2
#define nvmlDeviceGetMPSComputeRunningProcesses_v3 nvmlDeviceGetMPSComputeRunningProcesses_v2
#endif
int nvmlDeviceGetComputeRunningProcesses_v3(device *of, uint *n, struct process *p) { return processes(of, "compute", n, p); }
int nvmlDeviceGetGraphicsRunningProcesses_v3(device *of, uint *n, struct process *p) { return processes(of, "graphics", n, p); }
int nvmlDeviceGetMPSComputeRunningProcesses_v3(device *of, uint *n, struct process *p) { return processes(of, "mps", n, p); }

/* Script: PID:MICROSECONDS:SM:MEMORY:ENCODER:DECODER for each; those later than `after` are told. */
struct sample { uint pid; ull time; uint sm, memory, encoder, decoder; };
int nvmlDeviceGetProcessUtilization(device *of, struct sample *out, uint *count, ull after) {
    char line[LINE], *rest = NULL;
    const char *text;
    uint found = 0;
    int code = look(of, "samples", line, &text);
    if (code != SUCCESS) return code;
    for (char *word = strtok_r((char *)text, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        struct sample s = {0};
        sscanf(word, "%u:%llu:%u:%u:%u:%u", &s.pid, &s.time, &s.sm, &s.memory, &s.encoder, &s.decoder);
        if (s.time <= after) continue;
        if (out && found < *count) out[found] = s;
        found++;
    }
    *count = found;
    if (!found) return NOT_FOUND;
    return out ? SUCCESS : INSUFFICIENT_SIZE;
}

/* Script: a line `event GPU CODE` for each XID error; each is told once to a process. */
static int told;
struct event { device *of; ull type, data; uint gpu_instance, compute_instance; };
int nvmlEventSetCreate(void **out) { *out = &told; return one(NULL, "events", &(uint){0}) == 4 ? 4 : SUCCESS; }
int nvmlEventSetFree(void *set) { (void)set; return SUCCESS; }
int nvmlDeviceRegisterEvents(device *of, ull types, void *set) {
    (void)set;
    if (types != 8) return 2; /* nvmlEventTypeXidCriticalError alone */
    uint refused = 0;
    int code = one(of, "events", &refused);
    return code == NOT_SUPPORTED ? SUCCESS : code;
}
int nvmlEventSetWait_v2(void *set, struct event *out, uint milliseconds) {
    char line[LINE];
    uint gpu;
    ull code;
    (void)set;
    const char *text = value_of("event", told, line);
    if (!text || sscanf(text, "%u %llu", &gpu, &code) != 2) { usleep(milliseconds * 1000); return TIMEOUT; }
    told++;
    *out = (struct event){&gpus[gpu], 8, code, NONE, NONE};
    return SUCCESS;
}

#ifndef OLD_DRIVER
/* GPM: script `gpm 1`, and `gpm.GPU_INSTANCE PERCENT`. A sample remembers whose it is. */
struct gpm_sample { device *of; uint instance; };
struct gpm_metric { uint id, code; double value; const char *names[3]; };
struct gpm_request { uint version, count; struct gpm_sample *before, *after; struct gpm_metric metrics[]; };
int nvmlGpmQueryDeviceSupport(device *of, uint *support) { support[1] = 0; return one(of, "gpm", &support[1]); }
int nvmlGpmSampleAlloc(struct gpm_sample **out) { *out = calloc(1, sizeof **out); return SUCCESS; }
int nvmlGpmSampleFree(struct gpm_sample *sample) { free(sample); return SUCCESS; }
int nvmlGpmMigSampleGet(device *of, uint instance, struct gpm_sample *sample) {
    *sample = (struct gpm_sample){of, instance};
    return SUCCESS;
}
int nvmlGpmMetricsGet(struct gpm_request *request) {
    char line[LINE], name[KEY];
    const char *text;
    if (request->before->instance != request->after->instance) return 2;
    snprintf(name, sizeof name, "gpm.%u", request->after->instance);
    int code = look(request->after->of, name, line, &text);
    if (code == SUCCESS) request->metrics[0].value = atof(text);
    request->metrics[0].code = code;
    return SUCCESS;
}
#endif
