namespace Ftte.Baselines;

/// <summary>The settings of an <see cref="EvolutionarySelector"/>. Read once, when the selector is made.</summary>
public sealed class EvolutionarySelectorOptions
{
    /// <summary>Gets or sets the number of genomes that live at once, at least 2.</summary>
    /// <value>Default 200.</value>
    public int Population { get; set; } = 200;

    /// <summary>Gets or sets how many genomes are tried in all, at least <see cref="Population"/>.</summary>
    /// <value>Default 20,000.</value>
    public int Evaluations { get; set; } = 20_000;

    /// <summary>Gets or sets how many genomes are drawn for each parent, of which the fittest becomes one; at least 1.</summary>
    /// <value>Default 3.</value>
    public int Tournament { get; set; } = 3;

    /// <summary>Gets or sets the share of the population that stays as it is, in [0, 1).</summary>
    /// <value>Default 0.1.</value>
    public double Elite { get; set; } = 0.1;

    /// <summary>Gets or sets how many steps of a child change on average, in [0, 100].</summary>
    /// <value>Default 2.</value>
    public double Mutations { get; set; } = 2;

    /// <summary>Gets or sets the seed.</summary>
    /// <value>Default 0.</value>
    public ulong Seed { get; set; }

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ArgumentException">A setting is out of range; the message names it.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Population, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(Evaluations, Population);
        ArgumentOutOfRangeException.ThrowIfLessThan(Tournament, 1);
        if (!(Elite >= 0 && Elite < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(Elite), Elite, "The share that stays lies in [0, 1).");
        }

        if (!(Mutations >= 0 && Mutations <= 100))
        {
            throw new ArgumentOutOfRangeException(nameof(Mutations), Mutations, "The mean number of changes lies in [0, 100].");
        }
    }

    internal EvolutionarySelectorOptions Copy() => (EvolutionarySelectorOptions)MemberwiseClone();
}
