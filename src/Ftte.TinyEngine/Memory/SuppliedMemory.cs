namespace Ftte.TinyEngine.Memory;

/// <summary>Prevents two runs from using the same memory of a caller at the same time.</summary>
internal static class SuppliedMemory
{
    private static readonly Lock Gate = new();
    private static readonly List<(nint First, nint End)> Used = [];

    /// <summary>Begins a use of pinned memory.</summary>
    /// <exception cref="InvalidOperationException">Another run uses a part of it.</exception>
    public static void Enter(nint first, nint end)
    {
        lock (Gate)
        {
            // Without a closure, because predictors enter at every call and must not allocate.
            foreach ((nint otherFirst, nint otherEnd) in Used)
            {
                if (first < otherEnd && otherFirst < end)
                {
                    throw new InvalidOperationException(
                        "The supplied memory is in use by another run. Supply each run with its own memory, or wait until the other run has ended.");
                }
            }

            Used.Add((first, end));
        }
    }

    /// <summary>Ends a use.</summary>
    public static void Exit(nint first, nint end)
    {
        lock (Gate)
        {
            Used.Remove((first, end));
        }
    }
}
