package dev.hookbridge.config;

import dev.hookbridge.envelope.Operations;
import dev.hookbridge.envelope.Operations.Operation;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Finds the word in a pattern {@code driver.operation.suboperation} that makes it match nothing
 * that libvirt is known to call.
 */
final class OperationWords {
  private static final String ANY = "*";

  private OperationWords() {}

  /**
   * Returns the fault of a pattern of three words, as the end of a sentence that begins with the
   * pattern.
   *
   * @return empty if the pattern matches an operation
   */
  static Optional<String> fault(String pattern) {
    String[] words = pattern.split("\\.", -1);
    List<Operation> all = Operations.all();
    List<Operation> drivers = all.stream().filter(o -> is(words[0], o.driver())).toList();
    if (drivers.isEmpty()) {
      return Optional.of(
          "names the driver '" + words[0] + "', which libvirt has no hooks for" + driver(words[0]));
    }
    List<Operation> operations = drivers.stream().filter(o -> is(words[1], o.name())).toList();
    if (operations.isEmpty()) {
      return Optional.of(
          "names the operation '"
              + words[1]
              + "', which libvirt does not have"
              + (words[0].equals(ANY) ? "" : " for " + words[0])
              + advice(words[1], drivers.stream().map(Operation::name).toList()));
    }
    List<String> suboperations =
        operations.stream().flatMap(o -> o.suboperations().stream()).distinct().toList();
    if (suboperations.stream().noneMatch(word -> is(words[2], word))) {
      return Optional.of(
          "names '"
              + words[2]
              + "', and libvirt says "
              + String.join(" or ", suboperations)
              + " there: write that or *");
    }
    return Optional.empty();
  }

  private static String driver(String word) {
    return word.equals("agent")
        ? ": leave it out, the agent's own events pass every filter"
        : advice(word, Operations.all().stream().map(Operation::driver).distinct().toList());
  }

  private static String advice(String word, Collection<String> known) {
    return DidYouMean.to(word, known)
        .map(nearest -> ": did you mean " + nearest + "?")
        .orElseGet(
            () -> ": write " + String.join(", ", known.stream().distinct().toList()) + " or *");
  }

  /**
   * Returns whether a pattern matches a word. The pattern {@code unknown} is allowed: it stands for
   * everything that libvirt is not known to call.
   */
  private static boolean is(String pattern, String word) {
    return pattern.equals(ANY) || pattern.equals(Operations.UNKNOWN) || pattern.equals(word);
  }
}
