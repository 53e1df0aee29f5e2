namespace Ftte.Serialization;

/// <summary>Validates that a state is restored with the same configuration as it was captured with.</summary>
internal static class StateMismatch
{
    public static void Check<T>(string name, T captured, T given, string parameter = "options")
    {
        if (!EqualityComparer<T>.Default.Equals(captured, given))
        {
            throw new ArgumentException($"The state was captured with another {name}: {captured} instead of {given}. Restore it with the same {name}, or create a new aggregator from its model.", parameter);
        }
    }
}
