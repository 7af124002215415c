package dev.hookbridge.doctor;

import dev.hookbridge.api.Check;
import dev.hookbridge.command.Failures;
import dev.hookbridge.config.HostPaths;
import dev.hookbridge.hooks.HooksException;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.List;

/**
 * Checks everything that belongs to root: the hooks, and the hook's path into the mailbox. It also
 * calls the hook for the test event.
 */
final class DoctorHost {
  private final DoctorCommand command;
  private final CheckRunner round;
  private final BufferedReader in;
  private final String token;

  DoctorHost(DoctorCommand command, CheckRunner round, BufferedReader in, String token) {
    this.command = command;
    this.round = round;
    this.in = in;
    this.token = token;
  }

  /** Runs all checks of this worker, and calls the hook when asked to. */
  void examine() {
    HostPaths places = command.setup.places();
    DoctorHooks hooks = new DoctorHooks(command, places.trial());
    round.look("libvirt", hooks::daemons);
    round.look("hooks", hooks::installed);
    round.look("confinement", hooks::confined);
    round.look("shim", hooks::shim);
    try {
      DoctorFolders folders = new DoctorFolders(places, DoctorFolders.self());
      round.look("owners", () -> List.of(folders.owners()));
      round.look("mailbox", () -> List.of(folders.mailbox()));
      round.look("room", () -> List.of(folders.room()));
      round.look("losses", () -> List.of(folders.losses()));
      round.say(DoctorLine.of(DoctorLine.Kind.END, ""));
      if ("call".equals(in.readLine())) {
        DoctorCall call = new DoctorCall(places, hooks.slot(), token);
        List<Check> made = round.look("test call", () -> List.of(call.make()));
        if (made.stream().allMatch(check -> check.level() == Check.Level.OK)) {
          round.say(DoctorLine.of(DoctorLine.Kind.CALLED, ""));
        }
      }
    } catch (IOException | HooksException e) {
      round.say(DoctorLine.of(Check.failure("test call", Failures.sentence(e))));
    }
  }
}
