namespace Ftte.Http.Tests;

/// <summary>A test that runs only with FTTE_LONG=1 in the environment.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LongFactAttribute : FactAttribute
{
    public LongFactAttribute() => Skip = LongMode.IsOn ? null : "A long test. Set FTTE_LONG=1.";
}
