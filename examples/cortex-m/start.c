// SPDX-License-Identifier: MIT
// Start-up of a Cortex-M with an FPU, for programs that talk through semihosting (newlib's librdimon): memory, arguments, main(),
// and then what it took of flash and RAM.
#define _DEFAULT_SOURCE // sbrk()
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_ARGUMENTS 256
#define STACK_FILL 0xa5
#define STACK_MARGIN 256 // bytes below the frame of start() that may be in use while the rest is filled
#define SYS_GET_CMDLINE 0x15
#define CPACR (*(volatile uint32_t *)0xe000ed88) // coprocessor access control

// Addresses that flash.ld gives.
extern char flash_begin[], data_load[], data_begin[], data_end[], bss_begin[], bss_end[], end[], stack_bottom[], stack_top[];
extern char files_begin[], files_end[];

struct vectors {
    void *stack;
    void (*handlers[15])(void);
};
extern const struct vectors vectors;

int main(int argc, char **argv);
void initialise_monitor_handles(void);

static int semihosting(int operation, void *argument)
{
    register int r0 __asm__("r0") = operation;
    register void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

static void report(void)
{
    const char *lowest = stack_bottom;
    while (lowest < stack_top && *(const unsigned char *)lowest == STACK_FILL)
        lowest++;
    const unsigned long files = (unsigned long)(files_end - files_begin);
    const unsigned long flash = (unsigned long)(data_load - flash_begin + (data_end - data_begin));
    const unsigned long fixed = (unsigned long)(bss_end - data_begin), heap = (unsigned long)((char *)sbrk(0) - end);
    const unsigned long stack = (unsigned long)(stack_top - lowest);
    fprintf(stderr, "flash: %lu bytes, %lu of them files\n", flash, files);
    fprintf(stderr, "RAM: %lu bytes, %lu of them static, %lu heap, %lu stack\n", fixed + heap + stack, fixed, heap, stack);
}

// Cuts the command line into words.
static int split(char *line, char **words)
{
    int count = 0;
    for (char *word = strtok(line, " "); word != NULL && count < MAX_ARGUMENTS; word = strtok(NULL, " "))
        words[count++] = word;
    words[count] = NULL;
    return count;
}

static void __attribute__((noinline, noreturn)) start(void)
{
    static char line[2048], *words[MAX_ARGUMENTS + 1];
    struct {
        char *text;
        size_t length;
    } request = {line, sizeof line};
    memcpy(data_begin, data_load, (size_t)(data_end - data_begin));
    memset(bss_begin, 0, (size_t)(bss_end - bss_begin));
    memset(stack_bottom, STACK_FILL, (uintptr_t)&request - STACK_MARGIN - (uintptr_t)stack_bottom);
    initialise_monitor_handles();
    if (semihosting(SYS_GET_CMDLINE, &request) != 0)
        exit(2);
    const int status = main(split(line, words), words);
    report();
    exit(status);
}

static void __attribute__((noreturn)) reset(void)
{
    CPACR |= 0xfu << 20; // the FPU
    __asm__ volatile("dsb\n\tisb");
    start();
}

static void __attribute__((noreturn)) fault(void)
{
    static const char message[] = "fault\n";
    write(2, message, sizeof message - 1);
    _exit(3);
}

// What the processor reads first: the stack pointer, and where to go at reset and at faults.
const struct vectors vectors __attribute__((section(".vectors"), used)) = {
    stack_top,
    {reset, fault, fault, fault, fault, fault},
};
