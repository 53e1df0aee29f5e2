using System.Collections.Immutable;

namespace Ftte.Simulation;

/// <summary>Collects the lines of evaluations by devices and of their answers.</summary>
internal sealed class EvaluationReader
{
    private readonly List<DeviceEvaluation> _all = [];
    private readonly List<AnswerLine> _answers = [];
    private EvaluationLine? _open;

    public ImmutableArray<DeviceEvaluation> All => [.. _all];

    /// <summary>Gets a value that indicates whether answers of an evaluation are missing.</summary>
    public bool IsOpen => _open is not null && _answers.Count < _open.Answers;

    public long LastTicks => _all.Count == 0 ? 0 : _all[^1].Time.Ticks;

    public void Begin(EvaluationLine evaluation) => _open = evaluation;

    public void Add(AnswerLine answer) => _answers.Add(answer);

    /// <summary>Ends the evaluation that was begun, if any.</summary>
    /// <returns>A description of what is wrong with it; null if it is valid.</returns>
    public string? End()
    {
        if (_open is not { } line)
        {
            return null;
        }

        if (IsOpen)
        {
            return $"the evaluation before this line has {_answers.Count} of {line.Answers} answers";
        }

        try
        {
            _all.Add(line.ToEvaluation(_answers));
        }
        catch (ArgumentException bad)
        {
            return $"the evaluation before this line is not valid: {bad.Message}";
        }

        _open = null;
        _answers.Clear();
        return null;
    }
}
