namespace Ftte.TinyEngine;

/// <summary>Represents a run of a session, from binding parameters to the last step. Disposing it ends the run.</summary>
internal readonly ref struct TrainingRun(TrainingSession session)
{
    public void Dispose() => session.End();
}
