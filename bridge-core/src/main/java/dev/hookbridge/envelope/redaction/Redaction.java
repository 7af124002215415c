package dev.hookbridge.envelope.redaction;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is taken out of libvirt's XML before anything leaves the host. A rule is one of
 *
 * <ul>
 *   <li>{@code element}: everything inside elements of this name, and their attributes but {@code
 *       type}, {@code name}, {@code file}, {@code uuid}, {@code usage} and namespace declarations,
 *       which say what a secret is and not what it holds;
 *   <li>{@code parent/element}: the same, directly below {@code parent} only;
 *   <li>{@code @attribute}: the value of attributes of this name, wherever they stand.
 * </ul>
 *
 * <p>Names are local names, compared without regard to case, so that no prefix hides a secret.
 * Besides the rules, elements and attributes whose name ends as {@link SecretNames} has it hold
 * secrets, and no value and no text shows what {@link SecretText} finds in it. All this always
 * holds; an operator can only add rules. Immutable.
 */
public final class Redaction {
  /** What stands where a value stood. */
  public static final String REDACTED = "[redacted]";

  /** The same in a namespace's URI, which would not be one with brackets. */
  private static final String REDACTED_URI = "redacted";

  private static final List<String> STANDARD =
      List.of(
          "@query",
          "commandline",
          "override",
          "launchSecurity",
          "sysinfo/entry",
          "oemStrings/entry",
          "bootloader_args",
          "initenv",
          "initarg");
  private static final Pattern RULE =
      Pattern.compile("@[\\w.-]{1,100}|([\\w.-]{1,100}/)?[\\w.-]{1,100}");
  private static final Set<String> KEPT = Set.of("type", "name", "file", "uuid", "usage");

  private final Set<String> elements;
  private final Set<String> children;
  private final Set<String> childNames;
  private final Set<String> attributes;

  private Redaction(Set<String> rules) {
    elements = matching(rules, rule -> rule.indexOf('@') < 0 && rule.indexOf('/') < 0);
    children = matching(rules, rule -> rule.indexOf('/') > 0);
    childNames =
        children.stream()
            .map(rule -> rule.substring(rule.indexOf('/') + 1))
            .collect(Collectors.toUnmodifiableSet());
    attributes = matching(rules, rule -> rule.indexOf('@') == 0);
  }

  /** The rules that always hold. */
  public static Redaction standard() {
    return new Redaction(Set.of()).and(STANDARD);
  }

  /** The standard rules as they would be written in a configuration. */
  public static List<String> standardRules() {
    return STANDARD;
  }

  /**
   * These rules and more.
   *
   * @throws IllegalArgumentException with one sentence that names the rule and says how to write it
   */
  public Redaction and(Collection<String> more) {
    Set<String> all = new HashSet<>(elements);
    all.addAll(children);
    attributes.forEach(name -> all.add("@" + name));
    for (String rule : more) {
      if (!RULE.matcher(rule).matches()) {
        throw new IllegalArgumentException(
            "'" + rule + "' is no redaction rule: write element, parent/element or @attribute");
      }
      all.add(rule.toLowerCase(Locale.ROOT));
    }
    return new Redaction(all);
  }

  private static Set<String> matching(Set<String> rules, Predicate<String> wanted) {
    return rules.stream()
        .filter(wanted)
        .map(rule -> rule.substring(rule.indexOf('@') + 1))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Whether what an element holds is to be taken out. */
  public boolean hides(@Nullable String parent, String element) {
    String name = local(element);
    return elements.contains(name)
        || SecretNames.matches(name)
        || (parent != null
            && childNames.contains(name)
            && children.contains(local(parent) + "/" + name));
  }

  /** Whether a text that holds XML of its own shows nothing from this tag on. */
  boolean hidesTag(String element) {
    String name = local(element);
    return elements.contains(name) || childNames.contains(name) || SecretNames.matches(name);
  }

  /** Whether there is a rule for an attribute. */
  boolean hidesAttribute(String name) {
    return attributes.contains(local(name));
  }

  /**
   * The value an attribute may show; the same object when there is nothing to hide.
   *
   * @param hidden whether its element is hidden
   */
  public String attribute(boolean hidden, String name, String value) {
    if (value.isEmpty()) {
      return value;
    }
    if (isNamespace(name)) {
      return SecretText.hidden(this, value, REDACTED_URI);
    }
    String local = local(name);
    if (attributes.contains(local)
        || (hidden && !KEPT.contains(local))
        || SecretNames.matches(local, value)) {
      return REDACTED;
    }
    return SecretText.hidden(this, value, REDACTED);
  }

  /** A namespace declaration names a vocabulary, which stays but for its secrets. */
  private static boolean isNamespace(String name) {
    return name.equals("xmlns") || name.startsWith("xmlns:");
  }

  private static String local(String name) {
    return name.substring(name.lastIndexOf(':') + 1).toLowerCase(Locale.ROOT);
  }

  @Override
  public String toString() {
    return "Redaction of " + (elements.size() + children.size() + attributes.size()) + " rules";
  }
}
