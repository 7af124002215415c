package dev.hookbridge.hooks;

/** The steps at which a crash must do no harm. A test ends the process at each of them. */
enum CrashPoint {
  /** The folder of the slots exists. */
  FOLDER,
  /** The copy has a name and no content. */
  CREATED,
  /** A part of the copy is written. This happens several times. */
  WRITING,
  /** The copy is complete and on the disk. */
  SYNCED,
  /** The copy is executable. */
  EXECUTABLE,
  /** The copy has passed its self-test. */
  TESTED,
  /** The copy is in its slot. */
  PLACED,
  /** The temporary name of the copy is removed. */
  TIDIED,
  /** An older hook file of ours is removed. */
  REMOVED
}
