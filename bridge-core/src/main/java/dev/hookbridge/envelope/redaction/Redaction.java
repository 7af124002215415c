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
 * The rules for what is redacted in libvirt's XML before anything leaves the host. A rule is one of
 *
 * <ul>
 *   <li>{@code element}: redacts everything inside elements of this name. It also redacts their
 *       attributes except {@code type}, {@code name}, {@code file}, {@code uuid}, {@code usage} and
 *       namespace declarations, which identify a secret and do not contain it;
 *   <li>{@code parent/element}: the same, only directly below {@code parent};
 *   <li>{@code @attribute}: redacts the value of attributes of this name in any element.
 * </ul>
 *
 * <p>Names are local names and are compared without case, so no prefix can hide a secret. In
 * addition to the rules, elements and attributes hold secrets if their name ends as {@link
 * SecretNames} says. {@link SecretText} also finds secrets inside values and texts. All this always
 * applies; an operator can only add rules. Immutable.
 */
public final class Redaction {
  /** The replacement for a redacted value. */
  public static final String REDACTED = "[redacted]";

  /** The replacement in a namespace's URI, which must not contain brackets. */
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

  /** Returns the rules that always apply. */
  public static Redaction standard() {
    return new Redaction(Set.of()).and(STANDARD);
  }

  /** Returns the standard rules in the syntax of the configuration. */
  public static List<String> standardRules() {
    return STANDARD;
  }

  /**
   * Returns these rules and additional ones.
   *
   * @throws IllegalArgumentException if a rule is invalid; the message is one sentence that names
   *     the rule and the syntax
   */
  public Redaction and(Collection<String> more) {
    Set<String> all = new HashSet<>(elements);
    all.addAll(children);
    attributes.forEach(name -> all.add("@" + name));
    for (String rule : more) {
      if (!RULE.matcher(rule).matches()) {
        throw new IllegalArgumentException(
            "'" + rule + "' is not a redaction rule: write element, parent/element or @attribute");
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

  /** Returns whether the content of an element is redacted. */
  public boolean hides(@Nullable String parent, String element) {
    String name = local(element);
    return elements.contains(name)
        || SecretNames.matches(name)
        || (parent != null
            && childNames.contains(name)
            && children.contains(local(parent) + "/" + name));
  }

  /** Returns whether a text that contains XML is redacted from this tag on. */
  boolean hidesTag(String element) {
    String name = local(element);
    return elements.contains(name) || childNames.contains(name) || SecretNames.matches(name);
  }

  /** Returns whether there is a rule for an attribute. */
  boolean hidesAttribute(String name) {
    return attributes.contains(local(name));
  }

  /**
   * Returns the value that an attribute may show. Returns the same object if nothing is redacted.
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

  /**
   * Returns whether an attribute is a namespace declaration. It names a vocabulary and stays,
   * except for secrets in it.
   */
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
