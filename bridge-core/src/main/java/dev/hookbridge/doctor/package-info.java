/**
 * {@code hookbridge doctor}: finds what is wrong on this host, in the order of an event's path.
 *
 * <pre>
 * DoctorCommand ─► Doctor ─┬─► process of root          DoctorWorker ─► DoctorHost
 *                          └─► process of spool's owner DoctorWorker ─► DoctorAgent
 *                               ◄─ DoctorLines
 * </pre>
 *
 * <p>Files of a less privileged user are read by a process of that user, never by root.
 */
@NullMarked
package dev.hookbridge.doctor;

import org.jspecify.annotations.NullMarked;
