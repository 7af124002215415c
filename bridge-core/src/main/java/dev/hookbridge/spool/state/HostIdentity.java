package dev.hookbridge.spool.state;

/**
 * Who gives the numbers of an epoch: one host name on one machine during one boot. A disk image
 * that was cloned or rolled back shows only after a boot, hence the boot.
 *
 * @param host the name in {@code source}
 * @param machineId {@code /etc/machine-id}, {@code ""} when there is none
 * @param bootId the kernel's id of the boot
 */
public record HostIdentity(String host, String machineId, String bootId) {}
