namespace Ftte.Baselines;

/// <summary>Specifies the options of an <see cref="EvolutionarySelector"/>. Read once, when the selector is created.</summary>
public sealed class EvolutionarySelectorOptions
{
    /// <summary>Gets or sets the size of the population, at least 2.</summary>
    /// <value>200 by default.</value>
    public int Population { get; set; } = 200;

    /// <summary>Gets or sets the total number of evaluated genomes, at least <see cref="Population"/>.</summary>
    /// <value>20,000 by default.</value>
    public int Evaluations { get; set; } = 20_000;

    /// <summary>Gets or sets the tournament size: the number of genomes drawn for each parent, of which the fittest is used; at least 1.</summary>
    /// <value>3 by default.</value>
    public int Tournament { get; set; } = 3;

    /// <summary>Gets or sets the share of the population that stays unchanged, in [0, 1).</summary>
    /// <value>0.1 by default.</value>
    public double Elite { get; set; } = 0.1;

    /// <summary>Gets or sets the mean number of mutated steps of a child, in [0, 100].</summary>
    /// <value>2 by default.</value>
    public double Mutations { get; set; } = 2;

    /// <summary>Gets or sets the seed of the search.</summary>
    /// <value>0 by default.</value>
    public ulong Seed { get; set; }

    /// <summary>Validates that all values are in range.</summary>
    /// <exception cref="ArgumentException">A value is out of range; the message states the valid range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Population, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(Evaluations, Population);
        ArgumentOutOfRangeException.ThrowIfLessThan(Tournament, 1);
        if (!(Elite >= 0 && Elite < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(Elite), Elite, "The share of the population that stays must be in [0, 1).");
        }

        if (!(Mutations >= 0 && Mutations <= 100))
        {
            throw new ArgumentOutOfRangeException(nameof(Mutations), Mutations, "The mean number of mutated steps must be in [0, 100].");
        }
    }

    internal EvolutionarySelectorOptions Copy() => (EvolutionarySelectorOptions)MemberwiseClone();
}
