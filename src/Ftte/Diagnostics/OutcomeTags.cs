namespace Ftte.Diagnostics;

/// <summary>Creates the tag for an outcome without an allocation.</summary>
internal static class OutcomeTags
{
    private static readonly string[] Updates = Enum.GetNames<UpdateOutcome>();
    private static readonly string[] CheckOuts = Enum.GetNames<CheckOutOutcome>();

    public static KeyValuePair<string, object?> Of(UpdateOutcome outcome) => Of(Name(Updates, (int)outcome));

    public static KeyValuePair<string, object?> Of(CheckOutOutcome outcome) => Of(Name(CheckOuts, (int)outcome));

    public static KeyValuePair<string, object?> Of(string name) => new(FtteDiagnostics.OutcomeTag, name);

    // A custom aggregator may return an undefined outcome; all undefined outcomes share one tag.
    private static string Name(string[] names, int outcome) => outcome < names.Length ? names[outcome] : "Other";
}
