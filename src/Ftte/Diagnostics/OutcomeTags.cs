namespace Ftte.Diagnostics;

/// <summary>Creates the tag that holds an outcome, without an allocation per outcome.</summary>
internal static class OutcomeTags
{
    private static readonly string[] Updates = Enum.GetNames<UpdateOutcome>();
    private static readonly string[] CheckOuts = Enum.GetNames<CheckOutOutcome>();

    public static KeyValuePair<string, object?> Of(UpdateOutcome outcome) => Of(Name(Updates, (int)outcome));

    public static KeyValuePair<string, object?> Of(CheckOutOutcome outcome) => Of(Name(CheckOuts, (int)outcome));

    public static KeyValuePair<string, object?> Of(string name) => new(FtteDiagnostics.OutcomeTag, name);

    // A custom aggregator may answer with a number that has no name. There are few of those, and never one per device.
    private static string Name(string[] names, int outcome) => outcome < names.Length ? names[outcome] : "Other";
}
