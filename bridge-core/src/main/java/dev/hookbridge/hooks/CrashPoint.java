package dev.hookbridge.hooks;

/** The moments at which a death must do no harm; a test ends the process at each of them. */
enum CrashPoint {
  /** The folder of the slots is there. */
  FOLDER,
  /** The copy has a name, and no content. */
  CREATED,
  /** A part of the copy is written; comes several times. */
  WRITING,
  /** The copy is whole and on the disk. */
  SYNCED,
  /** The copy may be executed. */
  EXECUTABLE,
  /** The copy has proved that it runs. */
  TESTED,
  /** The copy is in its slot. */
  PLACED,
  /** The name the copy was made under is gone. */
  TIDIED,
  /** An older place of the hook is empty now. */
  REMOVED
}
