namespace Ftte.State;

/// <summary>Refuses to restore a state with what it was not captured with.</summary>
internal static class StateMismatch
{
    public static void Check<T>(string what, T captured, T given, string parameter = "options")
    {
        if (!EqualityComparer<T>.Default.Equals(captured, given))
        {
            throw new ArgumentException($"The state was captured with another {what}: {captured} instead of {given}. Restore it with the one it was captured with, or start a new aggregator from its model.", parameter);
        }
    }
}
