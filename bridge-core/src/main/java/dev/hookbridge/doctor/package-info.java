/**
 * {@code hookbridge doctor}: what is wrong on this host, in the order of the path of an event.
 *
 * <pre>
 * DoctorCommand ─► Doctor ─┬─► process of root          DoctorWorker ─► DoctorHost
 *                          └─► process of spool's owner DoctorWorker ─► DoctorAgent
 *                               ◄─ DoctorLines
 * </pre>
 *
 * <p>What belongs to a lesser user is read by a process of that user, never by root.
 */
@NullMarked
package dev.hookbridge.doctor;

import org.jspecify.annotations.NullMarked;
