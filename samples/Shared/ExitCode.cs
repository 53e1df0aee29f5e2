namespace Ftte.Samples.Shared;

/// <summary>What a program tells the shell.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>Nothing can be trained within the budgets.</summary>
    public const int BudgetTooSmall = 1;

    /// <summary>A network does not learn; like too small a budget, an answer and not a fault of the input.</summary>
    public const int DoesNotLearn = 1;

    /// <summary>The input cannot be used, or a file cannot be read or written, for example because the disk is full.</summary>
    public const int BadInput = 2;

    /// <summary>Ctrl+C, as shells have it.</summary>
    public const int Cancelled = 130;
}
