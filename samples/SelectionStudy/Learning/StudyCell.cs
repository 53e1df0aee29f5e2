namespace SelectionStudy.Learning;

/// <summary>Represents a selector with a budget.</summary>
/// <param name="Selector">The name of the selector.</param>
/// <param name="BudgetShare">The budget, as a share of the memory of training all parameters without a plan; null for the reference, which has none.</param>
internal readonly record struct StudyCell(string Selector, double? BudgetShare)
{
    /// <summary>The name of the reference, which trains all parameters.</summary>
    public const string Full = "full";

    private const string Rotating = "rotating";

    /// <summary>Gets the names of the reference and of all selectors.</summary>
    public static IReadOnlyList<string> Names { get; } = [Full, "exact", "evolutionary", "last-blocks", "bias-only", "random", Rotating];

    /// <summary>Gets the number of versions after which the selector selects again; null if once is enough.</summary>
    public int? EveryVersions => Selector == Rotating ? 1 : null;

    /// <summary>Returns the cells of a study, the reference first.</summary>
    /// <param name="options">The settings of the command.</param>
    public static StudyCell[] Of(StudyOptions options)
    {
        IEnumerable<StudyCell> all = options.Budgets.SelectMany(share => Names.Skip(1).Select(name => new StudyCell(name, share))).Prepend(new StudyCell(Full, null));
        return [.. all.Where(cell => options.Selectors.IsEmpty || options.Selectors.Contains(cell.Selector))];
    }
}
