using System.Collections.Immutable;
using Ftte.State;

namespace Ftte;

/// <summary>Decides which devices are asked to evaluate a version and collects their answers.</summary>
/// <remarks>
/// A device is asked once per evaluation, and its answer counts once. As in <see cref="SurveyCollector"/>, the state of a device is part of its <see cref="ClientRecord"/>.
/// The first evaluation is open from the start. Not thread-safe.
/// </remarks>
internal sealed class EvaluationCollector(EvaluationOptions options, ModelSnapshot start)
{
    private readonly ImmutableArray<EvaluationMetric> _metrics = [.. options.Metrics];
    private readonly ParameterLayout _layout = start.Layout;
    private readonly List<EvaluationAnswer> _answers = [];
    private long _number = start.Version.Number;

    /// <summary>Gets the version to evaluate; null if no evaluation is open.</summary>
    public ModelSnapshot? Model { get; private set; } = start;

    /// <summary>Gets a value that indicates whether the requested number of devices have answered.</summary>
    public bool IsComplete => Model is not null && _answers.Count >= options.Devices;

    public void Open(ModelSnapshot model) => (Model, _number) = (model, model.Version.Number);

    /// <summary>Closes the evaluation, if one is open.</summary>
    public (ModelSnapshot Model, FederatedEvaluation Result)? Close()
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

    /// <summary>Determines whether a device that asks for work is to evaluate instead of training.</summary>
    /// <param name="client">The record of the device; null if the server does not know it yet.</param>
    /// <param name="evaluating">The number of devices that are evaluating. No more devices are asked than answers are missing.</param>
    public bool ShouldAsk(ClientRecord? client, int evaluating) =>
        Model is not null && _answers.Count + evaluating < options.Devices && client?.AskedInEvaluation != _number;

    /// <summary>Records that a device is asked, and the ID of its answer.</summary>
    /// <param name="client">The record of the device.</param>
    /// <param name="id">The ID of its answer.</param>
    /// <param name="version">The version to evaluate. In a replay, it may be earlier than that of the open evaluation.</param>
    public static void Ask(ClientRecord client, UpdateId id, ModelVersion version) => (client.AskedInEvaluation, client.EvaluationId, client.HasAnsweredEvaluation) = (version.Number, id, false);

    /// <summary>Adds an answer if it was requested and is valid.</summary>
    /// <param name="client">The record of the device.</param>
    /// <param name="header">The header of the answer.</param>
    /// <param name="values">The value of each metric.</param>
    /// <param name="groupOf">Returns the group of a client; null for no groups.</param>
    /// <param name="answer">Receives the answer that was added; null if it was not.</param>
    public UpdateOutcome Answer(ClientRecord client, in UpdateHeader header, ReadOnlySpan<float> values, Func<ClientId, string?>? groupOf, out EvaluationAnswer? answer)
    {
        answer = null;
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

        answer = new EvaluationAnswer(client.Client, GetGroup(groupOf?.Invoke(client.Client)), header.ExampleCount, [.. values]);
        _answers.Add(answer);
        client.HasAnsweredEvaluation = true;
        return UpdateOutcome.Evaluated;
    }

    public void Save(StateWriter writer, ClientTable clients)
    {
        EvaluationState.WriteNames(writer, _metrics);
        writer.Int64(_number);
        EvaluationState.WriteModel(writer, Model);
        writer.Int32(_answers.Count);
        foreach (EvaluationAnswer answer in _answers)
        {
            EvaluationState.WriteAnswer(writer, answer);
        }

        ClientRecord[] asked = [.. clients.NewestFirst.Where(client => client.AskedInEvaluation == _number)];
        writer.Int32(asked.Length);
        foreach (ClientRecord client in asked)
        {
            writer.Client(client.Client);
            writer.UInt64(client.EvaluationId.Value);
            writer.Flag(client.HasAnsweredEvaluation);
        }
    }

    /// <summary>Reads a saved collector.</summary>
    /// <exception cref="ArgumentException">The state was captured with other metrics.</exception>
    public void Load(ref StateReader reader, ClientTable clients)
    {
        EvaluationState.CheckNames(ref reader, _metrics);
        _number = reader.Int64("number of the evaluation");
        Model = EvaluationState.ReadModel(ref reader, _layout);
        int count = reader.Count("number of answers", _metrics.Length * sizeof(float));
        for (int i = 0; i < count; i++)
        {
            _answers.Add(EvaluationState.ReadAnswer(ref reader, _metrics.Length));
        }

        const int MinBytes = 10;
        int asked = reader.Count("number of devices asked", MinBytes);
        for (int i = 0; i < asked; i++)
        {
            ClientRecord client = clients.Find(reader.Client()) ?? throw StateReader.Bad("device asked", i);
            Ask(client, new UpdateId(reader.UInt64()), new ModelVersion(_number));
            client.HasAnsweredEvaluation = reader.Flag("flag of an answer");
        }
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
