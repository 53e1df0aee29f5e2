using System.Collections.Immutable;
using Ftte.Serialization;

namespace Ftte;

/// <summary>Decides which devices are asked to evaluate a version and collects their answers.</summary>
/// <remarks>
/// A device is asked once per evaluation, and its answer counts once. As in <see cref="SurveyCollector"/>, the state of a device is part of its <see cref="ClientRecord"/>.
/// The first evaluation is open from the start. Thread-safe: takes the lock of <see cref="DispatchState"/>, except in the methods that say that the caller holds it.
/// </remarks>
internal sealed class EvaluationCollector(DispatchState state, EvaluationOptions options)
{
    private readonly ImmutableArray<EvaluationMetric> _metrics = [.. options.Metrics];
    private readonly List<EvaluationAnswer> _answers = [];
    private long _number = state.Feed.Current.Version.Number;

    /// <summary>Gets the version to evaluate; null if no evaluation is open. The caller holds the lock.</summary>
    public ModelSnapshot? Model { get; private set; } = state.Feed.Current;

    /// <summary>Opens an evaluation of a version.</summary>
    public void Open(ModelSnapshot model)
    {
        lock (state.Lock)
        {
            (Model, _number) = (model, model.Version.Number);
        }
    }

    /// <summary>Adds the metrics of a device.</summary>
    /// <param name="header">The header of the update.</param>
    /// <param name="values">The value of each metric.</param>
    /// <param name="groupOf">Returns the group of a client; null for no groups.</param>
    /// <param name="completes">Receives true if this was the last requested answer.</param>
    public UpdateOutcome Answer(in UpdateHeader header, ReadOnlyMemory<float> values, Func<ClientId, string?>? groupOf, out bool completes)
    {
        lock (state.Lock)
        {
            UpdateOutcome outcome = state.Clients.Find(header.Client) is { } client ? Add(client, header, values.Span, groupOf) : UpdateOutcome.TooStale;
            completes = false;
            if (outcome == UpdateOutcome.Evaluated)
            {
                state.Journal?.Evaluated(header, values, _answers[^1].Group);
                completes = _answers.Count >= options.Devices;
            }

            return outcome;
        }
    }

    /// <summary>Closes the evaluation.</summary>
    /// <returns>The version and its result; null if no evaluation was open. Later answers are rejected as too stale.</returns>
    public (ModelSnapshot Model, FederatedEvaluation Result)? Close()
    {
        lock (state.Lock)
        {
            if (Model is not { } model)
            {
                return null;
            }

            var result = new FederatedEvaluation(model.Version, options.Devices, _metrics, _answers, options.ExampleCap);
            Model = null;
            _answers.Clear();
            return (model, result);
        }
    }

    /// <summary>Determines whether a device that can evaluate and asks for work is to evaluate instead of training. The caller holds the lock.</summary>
    /// <param name="client">The record of the device; null if the server does not know it yet.</param>
    /// <remarks>No more devices are asked than answers are missing; if a lease expires, another device is asked.</remarks>
    public bool ShouldAsk(ClientRecord? client) =>
        Model is not null && _answers.Count + state.Leases.CountActive(LeaseKind.Evaluation) < options.Devices && client?.AskedInEvaluation != _number;

    /// <summary>Records that a device is asked, and the ID of its answer. The caller holds the lock.</summary>
    /// <param name="client">The record of the device.</param>
    /// <param name="id">The ID of its answer.</param>
    /// <param name="version">The version to evaluate. In a replay, it may be earlier than that of the open evaluation.</param>
    public static void Ask(ClientRecord client, UpdateId id, ModelVersion version) => (client.AskedInEvaluation, client.EvaluationId, client.HasAnsweredEvaluation) = (version.Number, id, false);

    /// <summary>Writes the evaluation. The caller holds the lock.</summary>
    public void Save(StateWriter writer)
    {
        EvaluationState.WriteNames(writer, _metrics);
        writer.Int64(_number);
        EvaluationState.WriteModel(writer, Model);
        writer.Int32(_answers.Count);
        foreach (EvaluationAnswer answer in _answers)
        {
            EvaluationState.WriteAnswer(writer, answer);
        }

        ClientRecord[] asked = [.. state.Clients.NewestFirst.Where(client => client.AskedInEvaluation == _number)];
        writer.Int32(asked.Length);
        foreach (ClientRecord client in asked)
        {
            writer.Client(client.Client);
            writer.UInt64(client.EvaluationId.Value);
            writer.Flag(client.HasAnsweredEvaluation);
        }
    }

    /// <summary>Reads a saved evaluation. The caller holds the lock.</summary>
    /// <exception cref="ArgumentException">The state was captured with other metrics.</exception>
    public void Load(ref StateReader reader)
    {
        EvaluationState.CheckNames(ref reader, _metrics);
        _number = reader.Int64("number of the evaluation");
        Model = EvaluationState.ReadModel(ref reader, state.Layout);
        int count = reader.Count("number of answers", _metrics.Length * sizeof(float));
        for (int i = 0; i < count; i++)
        {
            _answers.Add(EvaluationState.ReadAnswer(ref reader, _metrics.Length));
        }

        const int MinBytes = 10;
        int asked = reader.Count("number of devices asked", MinBytes);
        for (int i = 0; i < asked; i++)
        {
            ClientRecord client = state.Clients.Find(reader.Client()) ?? throw StateReader.Bad("device asked", i);
            Ask(client, new UpdateId(reader.UInt64()), new ModelVersion(_number));
            client.HasAnsweredEvaluation = reader.Flag("flag of an answer");
        }
    }

    /// <summary>Adds an answer if it was requested and is valid.</summary>
    private UpdateOutcome Add(ClientRecord client, in UpdateHeader header, ReadOnlySpan<float> values, Func<ClientId, string?>? groupOf)
    {
        if (client.AskedInEvaluation != _number || client.EvaluationId != header.Id)
        {
            return UpdateOutcome.TooStale;
        }

        if (client.HasAnsweredEvaluation)
        {
            return UpdateOutcome.Duplicate;
        }

        if (Model is null)
        {
            return UpdateOutcome.TooStale;
        }

        if (FindFault(values) is { } fault)
        {
            return fault;
        }

        _answers.Add(new EvaluationAnswer(client.Client, GetGroup(groupOf?.Invoke(client.Client)), header.ExampleCount, [.. values]));
        client.HasAnsweredEvaluation = true;
        return UpdateOutcome.Evaluated;
    }

    private UpdateOutcome? FindFault(ReadOnlySpan<float> values)
    {
        if (values.Length != _metrics.Length)
        {
            return UpdateOutcome.LengthMismatch;
        }

        UpdateOutcome? fault = null;
        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                return UpdateOutcome.NotFinite;
            }

            // The limits are rounded as the value was on its way.
            fault ??= values[i] >= (float)_metrics[i].Min && values[i] <= (float)_metrics[i].Max ? null : UpdateOutcome.OutOfRange;
        }

        return fault;
    }

    private string? GetGroup(string? name)
    {
        if (string.IsNullOrEmpty(name))
        {
            return null;
        }

        string group = name.Length > EvaluationOptions.MaxGroupLength ? name[..EvaluationOptions.MaxGroupLength] : name;
        string[] known = [.. _answers.Select(answer => answer.Group).OfType<string>().Distinct()];
        return known.Length < EvaluationOptions.MaxGroups || known.Contains(group) ? group : EvaluationOptions.OtherGroup;
    }
}
