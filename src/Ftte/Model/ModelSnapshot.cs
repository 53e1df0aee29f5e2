namespace Ftte;

/// <summary>Represents one published version of the shared model. Immutable.</summary>
/// <remarks>Safe to share between threads. A snapshot keeps its parameters alive as long as it is referenced.</remarks>
public sealed class ModelSnapshot
{
    private readonly Lazy<ulong> _fingerprint;

    /// <summary>Creates a snapshot from a copy of a model's parameters.</summary>
    /// <param name="layout">The layout of the vector.</param>
    /// <param name="version">The number of the version.</param>
    /// <param name="parameters">The flat vector, <see cref="ParameterLayout.ParameterCount"/> values, all finite.</param>
    /// <exception cref="ArgumentException">The vector's length is not the layout's, or a value is NaN or infinite.</exception>
    public ModelSnapshot(ParameterLayout layout, ModelVersion version, ReadOnlySpan<float> parameters)
        : this(layout, version, parameters.ToArray(), changed: null)
    {
        if (!UpdateMoments.Measure(parameters).IsFinite)
        {
            throw new ArgumentException("The parameters contain NaN or infinity. Training can start only from a model with finite parameters.", nameof(parameters));
        }
    }

    private ModelSnapshot(ParameterLayout layout, ModelVersion version, float[] parameters, ParameterSelection? changed)
    {
        ArgumentNullException.ThrowIfNull(layout);
        if (parameters.Length != layout.ParameterCount)
        {
            throw new ArgumentException($"The layout has {layout.ParameterCount} parameters, but the vector has {parameters.Length}. Specify one value per parameter.", nameof(parameters));
        }

        if (changed is not null && changed.ParameterCount != layout.ParameterCount)
        {
            throw new ArgumentException($"The layout has {layout.ParameterCount} parameters, but the selection of changed coordinates is for {changed.ParameterCount}. Specify a selection of the same layout.", nameof(changed));
        }

        Layout = layout;
        Version = version;
        Parameters = parameters;
        Changed = changed;
        _fingerprint = new Lazy<ulong>(() => ModelFingerprint.Compute(parameters), LazyThreadSafetyMode.PublicationOnly);
    }

    /// <summary>Gets the layout of the vector.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>Gets the number of the version.</summary>
    public ModelVersion Version { get; }

    /// <summary>Gets the flat parameter vector.</summary>
    public ReadOnlyMemory<float> Parameters { get; }

    /// <summary>Gets a hash of the parameters. Together with <see cref="Version"/> it identifies the model across restarts and between servers.</summary>
    /// <value>
    /// The first eight bytes of the SHA-256 of the parameters as little-endian float32, read as a little-endian integer; computed on first access.
    /// A version number alone does not identify a model: a server that restarts with another start model, or from an earlier checkpoint, uses the same numbers again.
    /// </value>
    public ulong Fingerprint => _fingerprint.Value;

    /// <summary>Gets the coordinates in which this version may differ from the one before it; null if unknown, which means all coordinates.</summary>
    /// <value>A server uses it to send a device only the coordinates that the device lacks.</value>
    public ParameterSelection? Changed { get; }

    /// <summary>Creates a snapshot that takes ownership of an array. The caller must not write to the array afterward.</summary>
    /// <param name="layout">The layout of the vector.</param>
    /// <param name="version">The number of the version.</param>
    /// <param name="parameters">The flat vector. The snapshot owns it from now on.</param>
    /// <param name="changed">The coordinates that may differ from the previous version; null for all.</param>
    /// <returns>The snapshot.</returns>
    /// <remarks>Unlike the constructor, this method does not validate the values. An aggregator calls it once per publication with values that it computed itself.</remarks>
    /// <exception cref="ArgumentException">The length of the vector, or the dense length of <paramref name="changed"/>, differs from the layout's parameter count.</exception>
    public static ModelSnapshot TakeOver(ParameterLayout layout, ModelVersion version, float[] parameters, ParameterSelection? changed = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return new ModelSnapshot(layout, version, parameters, changed);
    }

    /// <inheritdoc />
    public override string ToString() => $"{Version} ({Layout})";
}
