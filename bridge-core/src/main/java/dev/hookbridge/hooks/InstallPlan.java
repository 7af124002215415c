package dev.hookbridge.hooks;

import dev.hookbridge.disk.Durable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The plan of an install for one driver. The plans of all drivers are made before any change, so a
 * refusal leaves everything unchanged.
 *
 * @param slots the places for scripts of the driver
 * @param slot the place of the hook
 * @param what the action in this slot
 * @param elsewhere older files of ours that this libvirt would run too, or runs no longer
 * @param first whether the driver has no script so far, which needs a reload of the daemon
 */
record InstallPlan(HookSlots slots, Path slot, What what, List<Path> elsewhere, boolean first) {
  enum What {
    PUT,
    REPLACE,
    KEEP
  }

  /**
   * Makes the plan for one driver.
   *
   * @param folders whether this libvirt looks into {@code <driver>.d}
   * @throws HooksException when another script is in the slot
   */
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

  /**
   * Returns the existing place of our hook. An operator may have renamed it to change the order.
   */
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

  /** Returns whether the slot has a regular file with these bytes and mode 755. */
  private static boolean sound(Path slot, Hook hook) throws IOException {
    Optional<Hook> there = Hook.in(slot);
    return Files.isRegularFile(slot, LinkOption.NOFOLLOW_LINKS)
        && there.isPresent()
        && there.get().same(hook)
        && Files.getPosixFilePermissions(slot).equals(PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Returns the report of this plan for the operator. */
  SlotChange change(Hook hook) {
    String verb =
        switch (what) {
          case PUT -> "installed";
          case REPLACE -> "upgraded";
          case KEEP -> "unchanged";
        };
    return new SlotChange(slots.driver(), verb, slot, hook.toString(), first);
  }

  /** Makes the folders of the slot. */
  void makeFolders(Path hooks) throws IOException, HooksException {
    if (!Files.isDirectory(hooks.resolveSibling("."))) {
      throw new HooksException(
          "there is no " + hooks.getParent() + ": install libvirt, or name its hooks with --dir");
    }
    Path folder = slot.resolveSibling(".").normalize();
    for (Path each : folder.equals(hooks) ? List.of(hooks) : List.of(hooks, folder)) {
      if (!Files.isDirectory(each)) {
        Files.createDirectory(each);
        Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxr-xr-x"));
        Durable.sync(each.resolveSibling("."));
      }
    }
  }
}
