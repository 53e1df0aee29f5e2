namespace Ftte.TinyEngine;

/// <summary>Creates predictors, and plans their memory.</summary>
public static class NetworkInference
{
    /// <summary>Plans the memory of a predictor.</summary>
    /// <param name="network">The network.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="parameters">The parameters in another format than float32; null for the whole vector as float32.</param>
    /// <returns>The plan, exact to the byte. No memory is allocated.</returns>
    /// <exception cref="ArgumentException">An option is out of range, the network has no such layer, the parameters do not fit it, or a tensor would exceed the largest span.</exception>
    public static InferencePlan PlanInference(this Network network, PredictorOptions? options = null, FrozenParameters? parameters = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        return new InferencePlan(network, options ?? new PredictorOptions(), parameters);
    }

    /// <summary>Creates a predictor with the parameters of a published model and the default options.</summary>
    /// <param name="network">The network.</param>
    /// <param name="model">The model. Its parameters are read in place. To set options, specify its <see cref="ModelSnapshot.Parameters"/> instead.</param>
    /// <returns>The predictor. Dispose it to free its memory.</returns>
    /// <exception cref="ArgumentException">The model is of another network.</exception>
    public static Predictor CreatePredictor(this Network network, ModelSnapshot model)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(model);
        return model.Layout.Fingerprint == network.Layout.Fingerprint
            ? network.CreatePredictor(model.Parameters)
            : throw new ArgumentException($"The model has {model.Layout}, but the network has {network.Layout}. Specify a model of this network.", nameof(model));
    }

    /// <summary>Creates a predictor with parameters in memory.</summary>
    /// <param name="network">The network.</param>
    /// <param name="parameters">The flat vector. Read in place, and pinned until the predictor is disposed.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <returns>The predictor. Dispose it to free its memory.</returns>
    /// <remarks>
    /// A call reads the current values, which must not change during it. With <see cref="FederatedClient.Parameters"/>, predictions are those of the model that the client last
    /// received: predict between rounds, and only while <see cref="FederatedClient.HeldVersion"/> is not null. To predict during rounds, specify a copy.
    /// </remarks>
    /// <exception cref="ArgumentException">The vector does not have the length of the network's parameters, an option is out of range, or the network has no such layer.</exception>
    public static Predictor CreatePredictor(this Network network, ReadOnlyMemory<float> parameters, PredictorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        network.CheckFits(parameters.Span);
        return Create(network, FrozenParameters.Of(parameters), ownsParameters: true, options);
    }

    /// <summary>Creates a predictor with parameters in any format: float32, bfloat16, int8 or a mapped file.</summary>
    /// <param name="network">The network.</param>
    /// <param name="parameters">The parameters. Dispose them after the predictor; several predictors can share them.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <returns>The predictor. Dispose it to free its memory.</returns>
    /// <exception cref="ArgumentException">The parameters are of another network, an option is out of range, or the network has no such layer.</exception>
    public static Predictor CreateFrozenPredictor(this Network network, FrozenParameters parameters, PredictorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(parameters);
        return Create(network, parameters, ownsParameters: false, options);
    }

    /// <summary>Creates a predictor with parameters from a safetensors file.</summary>
    /// <param name="network">The network.</param>
    /// <param name="path">The file, as of <see cref="NetworkWeights.LoadWeights"/>.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="weights">The options of matching names; null for the same names and no extra tensors.</param>
    /// <returns>The predictor. Dispose it to free its memory.</returns>
    /// <exception cref="InvalidDataException">The file is invalid or does not fit the network.</exception>
    /// <exception cref="ArgumentException">An option is out of range, or the network has no such layer.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Predictor LoadPredictor(this Network network, string path, PredictorOptions? options = null, WeightFileOptions? weights = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        network.PlanInference(options);
        float[] parameters = new float[network.Layout.ParameterCount];
        network.LoadWeights(path, parameters, weights);
        return network.CreatePredictor(parameters, options);
    }

    private static Predictor Create(Network network, FrozenParameters parameters, bool ownsParameters, PredictorOptions? options)
    {
        options ??= new PredictorOptions();
        try
        {
            return new Predictor(new InferencePlan(network, options, parameters), parameters, ownsParameters, options);
        }
        catch when (ownsParameters)
        {
            parameters.Dispose();
            throw;
        }
    }
}
