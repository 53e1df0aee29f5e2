using Ftte.Simulation.Server;

namespace Ftte.Simulation.Running;

/// <summary>Finds plateaus of the accuracy, reduces the step scale at each, and ends the run after the last one.</summary>
internal sealed class PlateauMonitor(PlateauOptions? options, SimulatedServer server)
{
    private double _best = double.NegativeInfinity;
    private long _bestJobs;
    private int _reductions;
    private float _scale = 1;

    /// <summary>Gets a value that indicates whether the accuracy no longer improves with the smallest steps.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Returns the share of the run that is done if no later evaluation is better: the plateaus so far, and the jobs of the current one.</summary>
    /// <param name="trips">The number of jobs started.</param>
    public double GetShare(long trips) => options is null ? 0 : (_reductions + Math.Min(1, (trips - _bestJobs) / (double)options.PatienceJobs)) / (options.Reductions + 1);

    /// <summary>Takes the result of an evaluation into account.</summary>
    public void Observe(in EvaluationPoint point)
    {
        if (options is null || IsDone)
        {
            return;
        }

        double accuracy = double.IsNaN(point.Quality.ValidationAccuracy) ? point.Quality.Accuracy : point.Quality.ValidationAccuracy;
        if (accuracy >= _best + options.MinGain)
        {
            (_best, _bestJobs) = (accuracy, point.Trips);
        }
        else if (point.Trips - _bestJobs >= options.PatienceJobs)
        {
            _bestJobs = point.Trips;
            IsDone = _reductions == options.Reductions;
            if (!IsDone)
            {
                _reductions++;
                server.ChangeStepScale(_scale *= options.Factor);
            }
        }
    }
}
