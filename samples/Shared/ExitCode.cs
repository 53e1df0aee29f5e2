namespace Ftte.Samples.Shared;

/// <summary>Defines the exit codes.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>No parameter can be trained within the budgets.</summary>
    public const int BudgetTooSmall = 1;

    /// <summary>A network does not learn. Like a budget that is too small, this is a result and not invalid input.</summary>
    public const int DoesNotLearn = 1;

    /// <summary>The input is invalid, or a file cannot be read or written, for example because the disk is full.</summary>
    public const int BadInput = 2;

    /// <summary>Ctrl+C, as in shells.</summary>
    public const int Cancelled = 130;
}
