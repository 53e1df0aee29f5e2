namespace Ftte.Http.Tests;

/// <summary>States whether the long versions of the tests run: FTTE_LONG=1 in the environment.</summary>
internal static class LongMode
{
    public static bool IsOn { get; } = Environment.GetEnvironmentVariable("FTTE_LONG") == "1";
}
