/* The device contexts, as the library's end needs them. */
#ifndef DISNI_DEVICE_H
#define DISNI_DEVICE_H

/* Gives up the hold on the devices that getContext has taken. */
void release_devices(void);

#endif
