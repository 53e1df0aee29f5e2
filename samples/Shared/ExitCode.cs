namespace Ftte.Samples.Shared;

/// <summary>What a program tells the shell.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>Nothing can be trained within the budgets.</summary>
    public const int BudgetTooSmall = 1;

    /// <summary>What was given cannot be used.</summary>
    public const int BadInput = 2;

    /// <summary>Ctrl+C, as shells have it.</summary>
    public const int Cancelled = 130;
}
