using System.Diagnostics;
using System.Text;
using Ftte.TinyEngine.Execution;
using Microsoft.Extensions.Logging;

namespace Ftte.TinyEngine.Personalization;

/// <summary>Keeps the personal parameters of a device: trained by a <see cref="LocalTrainer"/>, used by the app, and never sent.</summary>
/// <remarks>
/// <para>Personal parameters start from the shared ones, so the personal model of a device that never trained is the shared model. They are saved after each training
/// (<see cref="IClientStateStore"/>), and believed by their content: saved parameters of another layout, <see cref="Lineage"/> or choice of blocks are discarded, with the reason in
/// <see cref="Discarded"/> and in the log. If they cannot be saved, for example because the disk is full, this is logged, and training continues.</para>
/// <para><b>Memory</b>: <see cref="MemoryBytes"/>, held from construction and included in <see cref="TrainingPlan.PeakBytes"/> of the trainer.</para>
/// <para><b>Threading</b>: used by one trainer; the app can read it from any thread, also during training.</para>
/// </remarks>
public sealed partial class PersonalModel
{
    private readonly Lock _lock = new();
    private readonly IClientStateStore? _store;
    private readonly ILogger? _logger;
    private readonly PersonalState _state;
    private bool _hasValues;

    /// <summary>Creates a personal model, and loads the parameters that were saved.</summary>
    /// <param name="network">The network.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="store">Keeps the personal parameters across restarts of the app; null to keep them in memory only.</param>
    /// <param name="lineage">
    /// The name of the shared model, such as the app's name for it and its generation; at most 200 bytes of UTF-8. Personal parameters that were saved under another name are
    /// discarded: change it if the server begins a new model whose layers mean something else. Without names, two models with the same layout are not told apart.
    /// </param>
    /// <param name="normalization">The <see cref="SgdOptions.Normalization"/> of the trainer.</param>
    /// <param name="logger">Receives warnings; null for the trace listeners of the process.</param>
    /// <exception cref="ArgumentException">The policy does not fit the network or contradicts itself, or the lineage is too long.</exception>
    /// <exception cref="IOException">The saved parameters cannot be read.</exception>
    public PersonalModel(
        Network network,
        PersonalizationPolicy policy,
        IClientStateStore? store = null,
        string lineage = "",
        NormalizationMode normalization = NormalizationMode.Frozen,
        ILogger<PersonalModel>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(lineage);
        if (Encoding.UTF8.GetByteCount(lineage) > PersonalState.MaxLineageBytes)
        {
            throw new ArgumentException($"The lineage has more than {PersonalState.MaxLineageBytes} bytes. Choose a shorter name.", nameof(lineage));
        }

        (Network, Lineage, Normalization, _store, _logger) = (network, lineage, normalization, store, logger);
        Coordinates = policy.SelectPersonal(network, normalization);
        Phases = [.. policy.Round];
        Tuning = policy.Tuning;
        PolicyCheck.Validate(network, normalization, Coordinates, Phases, Tuning);
        TrainsCopy = Phases[^1].Part == TrainedPart.Received;
        ParameterSelection trainable = network.GetTrainable(normalization);
        Shared = TrainsCopy ? trainable : trainable.Except(Coordinates);
        _state = PersonalState.Create(network.Layout, lineage, Coordinates);
        _hasValues = Load();
    }

    /// <summary>Gets the network.</summary>
    public Network Network { get; }

    /// <summary>Gets the personal coordinates.</summary>
    public ParameterSelection Coordinates { get; }

    /// <summary>Gets the coordinates that the server can select: with a personal copy all that training changes, otherwise those without the personal ones.</summary>
    /// <value>
    /// Give the server this selection, or a part of it. If its selection contains personal coordinates nevertheless, devices send no change for them and log a warning.
    /// </value>
    public ParameterSelection Shared { get; }

    /// <summary>Gets the name of the shared model.</summary>
    public string Lineage { get; }

    /// <summary>Gets the memory that the personal parameters take, in bytes.</summary>
    public long MemoryBytes => _state.Bytes.Length;

    /// <summary>Gets a value that indicates whether personal parameters were trained or loaded; if not, the personal model is the shared one.</summary>
    public bool HasValues => Volatile.Read(ref _hasValues);

    /// <summary>Gets the reason why saved parameters were discarded; null if they were not.</summary>
    public string? Discarded { get; private set; }

    /// <summary>Gets a value that indicates whether the personal parameters are a copy that is trained separately, and the update is as without personalization.</summary>
    internal bool TrainsCopy { get; }

    /// <summary>Gets the packed personal parameters. Only the trainer changes them.</summary>
    internal ReadOnlySpan<float> Values => _state.Values;

    internal PersonalPhase[] Phases { get; }

    internal PersonalPhase Tuning { get; }

    internal NormalizationMode Normalization { get; }

    /// <summary>Plans the memory of a round and of <see cref="LocalTrainer.Personalize"/>.</summary>
    /// <param name="selection">The selection of the server.</param>
    /// <param name="options">The training options.</param>
    /// <param name="engine">The engine options; null for the defaults.</param>
    /// <param name="exampleCount">The number of examples; needed only if features are kept.</param>
    /// <returns>The plan of the training that takes the most memory, including the personal parameters.</returns>
    /// <exception cref="ArgumentException">The selection is of another layout, options contradict each other, or a tensor would exceed the largest span.</exception>
    public TrainingPlan Plan(ParameterSelection selection, SgdOptions options, EngineOptions? engine = null, int exampleCount = 0)
    {
        ArgumentNullException.ThrowIfNull(selection);
        ArgumentNullException.ThrowIfNull(options);
        PlanSettings settings = Network.CreatePlanSettings(options, engine, exampleCount: exampleCount) with { PersonalBytes = MemoryBytes };
        TrainingPlan round = Network.Plan(Extend(selection), settings), own = Network.Plan(Coordinates, settings);
        return own.PeakBytes > round.PeakBytes ? own : round;
    }

    /// <summary>Writes the personal model: the shared parameters with the personal ones in their places.</summary>
    /// <param name="shared">The flat vector of the shared model, such as <see cref="FederatedClient.Parameters"/>.</param>
    /// <param name="destination">Receives the flat vector of the personal model; may be the same memory.</param>
    /// <exception cref="ArgumentException">A vector is not the network's.</exception>
    public void CopyTo(ReadOnlySpan<float> shared, Span<float> destination)
    {
        Network.CheckFits(shared);
        Network.CheckFits(destination);
        shared.CopyTo(destination);
        lock (_lock)
        {
            if (_hasValues)
            {
                Coordinates.Scatter(_state.Values, destination);
            }
        }
    }

    /// <summary>Compares the shared and the personal model on examples that were held back, and writes the better one.</summary>
    /// <param name="shared">The flat vector of the shared model.</param>
    /// <param name="heldBack">Labeled examples of the device that it does not train on, at least one.</param>
    /// <param name="destination">Receives the flat vector of the better model. Must not overlap <paramref name="shared"/>.</param>
    /// <returns>Both evaluations.</returns>
    /// <remarks>With few examples the comparison is noisy; the shared model is chosen only if it is better on them.</remarks>
    /// <exception cref="ArgumentException">A vector or the examples do not fit the network, or there are no examples.</exception>
    /// <exception cref="InvalidOperationException">An example's label is not a class of the network.</exception>
    public PersonalChoice Choose(ReadOnlySpan<float> shared, IExampleSource heldBack, Span<float> destination)
    {
        CopyTo(shared, destination);
        var choice = new PersonalChoice(Network.Evaluate(shared, heldBack), Network.Evaluate(destination, heldBack));
        if (!choice.IsPersonal)
        {
            shared.CopyTo(destination);
        }

        return choice;
    }

    /// <summary>Removes the personal parameters, also from the store. The personal model is then the shared one.</summary>
    /// <exception cref="IOException">The store cannot be changed.</exception>
    public void Reset()
    {
        lock (_lock)
        {
            _hasValues = false;
        }

        _store?.Save([]);
    }

    /// <summary>Returns the coordinates that are trained together.</summary>
    internal ParameterSelection Extend(ParameterSelection selection) => TrainsCopy ? selection : selection.Union(Coordinates);

    /// <summary>Writes the personal parameters, if there are any, to their places in a packed vector.</summary>
    internal void Overlay(ParameterSelection packed, Span<float> values)
    {
        if (!HasValues)
        {
            return;
        }

        int at = 0;
        foreach (UpdateRun run in UpdateRun.Find(packed, Coordinates))
        {
            _state.Values.Slice(at, run.Count).CopyTo(values[run.Offset..]);
            at += run.Count;
        }
    }

    /// <summary>Keeps the personal parameters of a packed vector, and saves them. If one is not finite, the previous ones are kept.</summary>
    internal void Keep(ParameterSelection packed, ReadOnlySpan<float> values)
    {
        var runs = UpdateRun.Find(packed, Coordinates);
        foreach (UpdateRun run in runs)
        {
            if (!UpdateMoments.Measure(values.Slice(run.Offset, run.Count)).IsFinite)
            {
                Warn("Training diverged. The personal parameters were not changed. Lower the learning rate.");
                return;
            }
        }

        lock (_lock)
        {
            int at = 0;
            foreach (UpdateRun run in runs)
            {
                values.Slice(run.Offset, run.Count).CopyTo(_state.Values[at..]);
                at += run.Count;
            }

            _hasValues = true;
        }

        Save();
    }

    /// <summary>Turns the packed vector of the coordinates that were trained together into that of the server's selection, with the received values in personal places.</summary>
    internal void Remove(ParameterSelection packed, ParameterSelection selection, ReadOnlySpan<float> received, Span<float> values)
    {
        foreach (UpdateRun run in UpdateRun.Find(packed, Coordinates))
        {
            received.Slice(run.Start, run.Count).CopyTo(values[run.Offset..]);
        }

        int at = 0;
        foreach (UpdateRun run in UpdateRun.Find(packed, selection))
        {
            values.Slice(run.Offset, run.Count).CopyTo(values[at..]);
            at += run.Count;
        }

        values[at..].Clear();
    }

    private bool Load()
    {
        byte[]? saved;
        try
        {
            saved = _store?.Load();
            Discarded = saved is null ? null : _state.Restore(saved);
        }
        catch (InvalidDataException damaged)
        {
            (saved, Discarded) = (null, damaged.Message.TrimEnd('.'));
        }

        if (Discarded is not null)
        {
            Warn($"Discarded the saved personal parameters{(_store is FileStateStore file ? $" in '{file}'" : "")}: {Discarded}. The device starts from the shared model.");
        }

        return saved is not null && Discarded is null;
    }

    private void Save()
    {
        try
        {
            _store?.Save(_state.Bytes);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Warn($"The personal parameters were not saved. {failure.Message}");
        }
    }

    private void Warn(string warning)
    {
        if (_logger is null)
        {
            Trace.TraceWarning($"{nameof(PersonalModel)}: {warning}");
        }
        else
        {
            Log(_logger, warning);
        }
    }

    [LoggerMessage(EventId = 2, Level = LogLevel.Warning, Message = "{Warning}")]
    private static partial void Log(ILogger logger, string warning);
}
