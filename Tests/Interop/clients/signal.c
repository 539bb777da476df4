/* The C form of the protocol. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void checkpoint(void)
{
    char path[4096];
    const char *root = getenv("DVC_ROOT");
    int file;

    if (!getenv("DVC_CHECKPOINT") || !root)
        return;
    snprintf(path, sizeof path, "%s/.dvc/tmp/DVC_CHECKPOINT", root);
    file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (file < 0 || fsync(file) || close(file)) {
        perror(path);
        exit(2);
    }
    while (access(path, F_OK) == 0)
        usleep(1000);
}

static void put(const char *path, const char *mode, const char *format, int step)
{
    FILE *file = fopen(path, mode);

    if (!file) {
        perror(path);
        exit(2);
    }
    fprintf(file, format, step);
    fclose(file);
}

int main(int count, char **arguments)
{
    int step, steps = count > 1 ? atoi(arguments[1]) : 1;

    for (step = 0; step < steps; step++) {
        put("model.txt", "a", "step %d\n", step);
        put("metrics.json", "w", "{\"step\": %d}\n", step);
        checkpoint();
    }
    return 0;
}
