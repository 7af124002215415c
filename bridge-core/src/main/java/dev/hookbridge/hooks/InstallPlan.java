package dev.hookbridge.hooks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What an install will do for one driver. Made for all drivers before anything is changed, so that
 * a refusal leaves everything as it was.
 *
 * @param slot where the hook will be
 * @param what what has to be done there
 * @param elsewhere older places of ours that this libvirt would run as well, or no longer
 * @param first whether the driver has no script so far, which only a reload makes known
 */
record InstallPlan(HookSlots slots, Path slot, What what, List<Path> elsewhere, boolean first) {
  enum What {
    PUT,
    REPLACE,
    KEEP
  }

  static InstallPlan of(HookSlots slots, Hook hook, boolean folders)
      throws IOException, HooksException {
    List<Path> ours = new ArrayList<>(slots.ours());
    Path slot = folders ? inFolder(slots, ours) : slots.main();
    boolean isOurs = ours.remove(slot);
    if (HookSlots.exists(slot) && !isOurs) {
      throw new HooksException(taken(slot, folders));
    }
    What what = !isOurs ? What.PUT : sound(slot, hook) ? What.KEEP : What.REPLACE;
    return new InstallPlan(slots, slot, what, ours, !slots.runsSomething(folders));
  }

  /** Where ours is already, as somebody may have renamed it to give it another turn. */
  private static Path inFolder(HookSlots slots, List<Path> ours) {
    Path own = slots.own();
    return ours.stream()
        .filter(file -> !ours.contains(own) && file.startsWith(slots.folder()))
        .findFirst()
        .orElse(own);
  }

  private static String taken(Path slot, boolean folders) {
    return folders
        ? slot + " is not hookbridge's: move it away"
        : slot
            + " is somebody else's, and this libvirt runs one script for a driver: upgrade libvirt"
            + " to 6.5, or have that script call hookbridge-hook";
  }

  /** A regular file of these bytes that everybody may execute and only its owner change. */
  private static boolean sound(Path slot, Hook hook) throws IOException {
    Optional<Hook> there = Hook.in(slot);
    return Files.isRegularFile(slot, LinkOption.NOFOLLOW_LINKS)
        && there.isPresent()
        && there.get().same(hook)
        && Files.getPosixFilePermissions(slot).equals(PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
