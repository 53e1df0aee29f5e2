namespace Ftte;

/// <summary>One published version of the shared model; it never changes.</summary>
/// <remarks>Safe to share between threads. A snapshot keeps its parameters alive as long as it is referenced.</remarks>
public sealed class ModelSnapshot
{
    private readonly Lazy<ulong> _fingerprint;

    /// <summary>Takes a copy of a model's parameters.</summary>
    /// <param name="layout">What the vector holds.</param>
    /// <param name="version">The version's number.</param>
    /// <param name="parameters">The flat vector, <see cref="ParameterLayout.ParameterCount"/> values, all finite.</param>
    /// <exception cref="ArgumentException">The vector's length is not the layout's, or a value is NaN or infinite.</exception>
    public ModelSnapshot(ParameterLayout layout, ModelVersion version, ReadOnlySpan<float> parameters)
        : this(layout, version, parameters.ToArray(), changed: null)
    {
        if (!UpdateMoments.Measure(parameters).IsFinite)
        {
            throw new ArgumentException("The parameters hold NaN or infinity; a model to train from must be finite.", nameof(parameters));
        }
    }

    private ModelSnapshot(ParameterLayout layout, ModelVersion version, float[] parameters, ParameterSelection? changed)
    {
        ArgumentNullException.ThrowIfNull(layout);
        if (parameters.Length != layout.ParameterCount)
        {
            throw new ArgumentException($"The layout has {layout.ParameterCount} parameters, the vector {parameters.Length}.", nameof(parameters));
        }

        if (changed is not null && changed.ParameterCount != layout.ParameterCount)
        {
            throw new ArgumentException($"The layout has {layout.ParameterCount} parameters, the change is of {changed.ParameterCount}.", nameof(changed));
        }

        Layout = layout;
        Version = version;
        Parameters = parameters;
        Changed = changed;
        _fingerprint = new Lazy<ulong>(() => ModelFingerprint.Compute(parameters), LazyThreadSafetyMode.PublicationOnly);
    }

    /// <summary>Gets what the vector holds.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>Gets the version's number.</summary>
    public ModelVersion Version { get; }

    /// <summary>Gets the flat vector.</summary>
    public ReadOnlyMemory<float> Parameters { get; }

    /// <summary>Gets a hash of the parameters. Together with <see cref="Version"/> it identifies the model across restarts and between servers.</summary>
    /// <value>
    /// The first eight bytes of the SHA-256 of the parameters as little-endian float32, read as a little-endian integer; computed when it is first read.
    /// A version number alone identifies nothing: a server that restarts with another start model, or from an earlier checkpoint, uses the same numbers again.
    /// </value>
    public ulong Fingerprint => _fingerprint.Value;

    /// <summary>Gets the coordinates in which this version may differ from the one before it; null when that is not known, which means all.</summary>
    /// <value>Lets a server send a device only what it lacks.</value>
    public ParameterSelection? Changed { get; }

    /// <summary>Makes the next version by taking over an array that nobody else will write to any more.</summary>
    /// <param name="layout">What the vector holds.</param>
    /// <param name="version">The version's number.</param>
    /// <param name="parameters">The flat vector. The snapshot owns it from now on.</param>
    /// <param name="changed">The coordinates that may differ from the version before; null for all.</param>
    /// <returns>The snapshot.</returns>
    /// <remarks>Unlike the constructor it does not look at the values: it is for who made them, once per publication.</remarks>
    /// <exception cref="ArgumentException">The vector's length, or that of the vector that <paramref name="changed"/> is of, is not the layout's.</exception>
    public static ModelSnapshot TakeOver(ParameterLayout layout, ModelVersion version, float[] parameters, ParameterSelection? changed = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return new ModelSnapshot(layout, version, parameters, changed);
    }

    /// <inheritdoc />
    public override string ToString() => $"{Version} ({Layout})";
}
