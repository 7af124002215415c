package dev.hookbridge.spool.state;

/**
 * The identity behind the numbers of an epoch: one host name on one machine during one boot. The
 * boot is part of it, because a cloned or rolled-back disk image shows only after a boot.
 *
 * @param host the host name in {@code source}
 * @param machineId the content of {@code /etc/machine-id}, {@code ""} when there is none
 * @param bootId the kernel's id of the boot
 */
public record HostIdentity(String host, String machineId, String bootId) {}
